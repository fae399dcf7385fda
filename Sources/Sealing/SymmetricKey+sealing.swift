import Crypto
import FoundationEssentials

extension SymmetricKey {
    static let length = 32

    static func random() -> SymmetricKey { SymmetricKey(size: .bits256) }

    /// HKDF-SHA256 without salt, which uniformly random input does not need: https://www.rfc-editor.org/rfc/rfc5869#section-3.1
    ///
    /// - Parameter purpose: must be distinct for all keys derived from the same key, and must never change.
    func derived(for purpose: String, length: Int = length) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: self, info: Array(purpose.utf8), outputByteCount: length)
    }

    var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}

/// AES-256-GCM, used for both layers of an envelope: nonce, ciphertext, tag.
///
/// Nonces are random. A wrapping key may therefore be used 2³² times (NIST SP 800-38D, section 8.3); a data key is used once.
extension SymmetricKey {
    static let nonceLength = 12
    static let tagLength = 16

    func seal(_ plaintext: [UInt8], binding associatedData: [UInt8]) throws(SealingError) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(plaintext, using: self, authenticating: associatedData)
            return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        } catch {
            throw .cipherFailed
        }
    }

    func open(_ sealed: some Collection<UInt8>, binding associatedData: [UInt8]) throws(SealingError) -> [UInt8] {
        do {
            let box = try AES.GCM.SealedBox(combined: Array(sealed))
            return Array(try AES.GCM.open(box, using: self, authenticating: associatedData))
        } catch {
            throw .tampered
        }
    }
}
