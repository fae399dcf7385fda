import FoundationEssentials

/// The bytes that bind both layers of an envelope to a destination.
///
/// Fields in this order, each preceded by its length in bytes (4 bytes, big-endian), so that no two destinations share an encoding:
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
    /// Binds the secret. It does not name the key-encryption key, which may change while these bytes stay.
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
