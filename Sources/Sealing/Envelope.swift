import Crypto
import FoundationEssentials

/// A stored sealed secret. Without the key-encryption key it reveals only the id of that key and the length of the secret.
///
/// | offset | length | field                                                    |
/// |--------|--------|----------------------------------------------------------|
/// | 0      | 1      | format, 1                                                |
/// | 1      | 1      | algorithm, 1: AES-256-GCM for both layers                |
/// | 2      | 8      | key id                                                   |
/// | 10     | 60     | wrapped data key: nonce 12, ciphertext 32, tag 16        |
/// | 70     | 28 + n | secret of n bytes: nonce 12, ciphertext n, tag 16        |
package struct Envelope: Hashable, Sendable {
    static let format = AssociatedData.format
    static let algorithm: UInt8 = 1

    package let keyID: KeyID
    let wrappedDataKey: [UInt8]
    let sealedSecret: [UInt8]

    init(keyID: KeyID, wrappedDataKey: [UInt8], sealedSecret: [UInt8]) {
        self.keyID = keyID
        self.wrappedDataKey = wrappedDataKey
        self.sealedSecret = sealedSecret
    }

    /// Parses ``bytes`` without decrypting anything.
    package init(parsing bytes: [UInt8]) throws(SealingError) {
        guard bytes.count >= Offset.secret + SymmetricKey.nonceLength + SymmetricKey.tagLength else { throw .malformed(.tooShort) }
        guard bytes[Offset.format] == Self.format else { throw .malformed(.unknownFormat(bytes[Offset.format])) }
        guard bytes[Offset.algorithm] == Self.algorithm else { throw .malformed(.unknownAlgorithm(bytes[Offset.algorithm])) }
        keyID = KeyID(bytes[Offset.keyID..<Offset.dataKey])
        wrappedDataKey = Array(bytes[Offset.dataKey..<Offset.secret])
        sealedSecret = Array(bytes[Offset.secret...])
    }

    package var bytes: [UInt8] { [Self.format, Self.algorithm] + keyID.bytes + wrappedDataKey + sealedSecret }

    private enum Offset {
        static let format = 0
        static let algorithm = 1
        static let keyID = 2
        static let dataKey = keyID + KeyID.length
        static let secret = dataKey + SymmetricKey.nonceLength + SymmetricKey.length + SymmetricKey.tagLength
    }
}
