import Crypto
package import FoundationEssentials

/// The context of a sealed secret. The secret opens only with the same context, in the deployment that sealed it.
package struct SealingContext: Sendable {
    /// The raw values are part of the authenticated data and must never change.
    package enum Purpose: String, Sendable {
        case credential
        case deploymentSecret = "deployment-secret"
    }

    package var purpose: Purpose
    package var row: UUID
    package var namespace: String
    package var authority: String
    package var version: Int

    package init(purpose: Purpose, row: UUID, namespace: String, authority: String, version: Int) {
        self.purpose = purpose
        self.row = row
        self.namespace = namespace
        self.authority = authority
        self.version = version
    }

    /// The context of the deployment secret, which belongs to no namespace and no registry.
    package static func deploymentSecret(row: UUID, version: Int) -> SealingContext {
        SealingContext(purpose: .deploymentSecret, row: row, namespace: "", authority: "", version: version)
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
    /// The format of envelopes.
    static let format: UInt8 = 1
    /// Binds the secret. It does not contain the id of the key-encryption key, so rewrapping leaves it unchanged.
    let inner: [UInt8]

    init(_ destination: SealingContext, deployment: UUID) {
        inner = [
            [Self.format],
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
