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
    static let format: UInt8 = 1
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

/// The associated data that binds both layers of an envelope to a context.
///
/// Fields in this order, each preceded by its length in bytes (4 bytes, big-endian), so that no two contexts have the same encoding:
///
/// | field              | bytes                       |
/// |--------------------|-----------------------------|
/// | format             | 1                           |
/// | purpose            | UTF-8 of its raw value      |
/// | deployment id      | 16, as in RFC 9562          |
/// | row id             | 16, as in RFC 9562          |
/// | namespace          | UTF-8                       |
/// | registry authority | UTF-8                       |
/// | secret version     | 8, big-endian               |
/// | key id             | 8; the outer layer only     |
struct AssociatedData {
    /// Binds the secret. It does not contain the id of the key-encryption key, so rewrapping leaves it unchanged.
    let inner: [UInt8]

    init(_ destination: SealingContext, deployment: UUID) {
        inner = [
            [Envelope.format],
            Array(destination.purpose.rawValue.utf8),
            Self.bytes(deployment),
            Self.bytes(destination.row),
            Array(destination.namespace.utf8),
            Array(destination.authority.utf8),
            Self.bigEndian(Int64(destination.version)),
        ].flatMap(Self.field)
    }

    /// Binds the wrapped data key.
    func outer(_ keyID: KeyID) -> [UInt8] { inner + Self.field(keyID.bytes) }

    private static func field(_ bytes: [UInt8]) -> [UInt8] { bigEndian(UInt32(bytes.count)) + bytes }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static func bytes(_ id: UUID) -> [UInt8] { withUnsafeBytes(of: id.uuid) { Array($0) } }
}
