import Crypto

extension SymmetricKey {
    static let length = 32

    static func random() -> SymmetricKey { SymmetricKey(size: .bits256) }

    /// HKDF-SHA256 without salt, which our uniformly random input does not need: https://www.rfc-editor.org/rfc/rfc5869#section-3.1
    ///
    /// - Parameter purpose: must differ between any two keys derived from the same one, and may never change.
    func derived(for purpose: String, length: Int = length) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: self, info: Array(purpose.utf8), outputByteCount: length)
    }

    var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
