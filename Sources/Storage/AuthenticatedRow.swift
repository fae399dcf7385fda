package import Domain
import FoundationEssentials
package import Naming

/// The security-relevant values of a row. An authentication code is stored with them, which requires a key outside the database.
///
/// ``bytes`` is a list: each element is preceded by its length in bytes (4 bytes, big-endian), so that no two rows have the same encoding.
/// The first two elements are the kind and the id, so that no code is valid for another row.
package struct AuthenticatedRow: Hashable, Sendable {
    package let name: RowName
    package let fields: [Field]

    package init(_ name: RowName, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    package var bytes: [UInt8] {
        Self.list([Array(name.kind.rawValue.utf8), Array(name.id.utf8)] + fields.map { Self.list([Array($0.name.utf8), $0.value.bytes]) })
    }

    /// The fields in human-readable form.
    package var content: String { fields.map { "\($0.name)=\($0.value)" }.joined(separator: " ") }

    package struct Field: Hashable, Sendable {
        let name: String
        let value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// The first byte of the encoding identifies the case.
    package enum Value: Hashable, Sendable, CustomStringConvertible {
        case none
        case text(String)
        case flag(Bool)
        /// Milliseconds since 1970.
        case time(Int64)
        case bytes([UInt8])
        case texts([String])

        fileprivate var bytes: [UInt8] {
            switch self {
            case .none: [0]
            case .text(let text): [1] + Array(text.utf8)
            case .flag(let flag): [2, flag ? 1 : 0]
            case .time(let time): [3] + AuthenticatedRow.bigEndian(time)
            case .bytes(let bytes): [4] + bytes
            case .texts(let texts): [5] + AuthenticatedRow.list(texts.map { Array($0.utf8) })
            }
        }

        package var description: String {
            switch self {
            case .none: "-"
            case .text(let text): "'\(text)'"
            case .flag(let flag): flag ? "yes" : "no"
            case .time(let time): "\(time)"
            case .bytes(let bytes): "\(bytes.count) bytes"
            case .texts(let texts): "[\(texts.joined(separator: ", "))]"
            }
        }

        package static func optional(_ text: String?) -> Value { text.map { .text($0) } ?? .none }
    }

    private static func list(_ elements: [[UInt8]]) -> [UInt8] { elements.flatMap { bigEndian(UInt32($0.count)) + $0 } }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }
}

/// The authenticated values of rows. Other values are not security-relevant, such as a label, or are bound in another way.
extension AuthenticatedRow {
    package init(_ account: Account) {
        self.init(
            RowName(.account, account.id.uuidString.lowercased()),
            [
                Field("name", .text(account.name.description)), Field("is_administrator", .flag(account.isAdministrator)),
                Field("is_disabled", .flag(account.isDisabled)),
            ])
    }

    package init(_ key: APIKey) {
        // Absent values are omitted, as in rows of versions without these columns.
        let lineage = [key.madeWith.map { Field("made_with", .text($0)) }, key.renews.map { Field("renews", .text($0)) }]
        self.init(
            RowName(.apikey, key.id),
            [
                Field("account", .text(key.account.uuidString.lowercased())), Field("hash", .bytes(key.hash)),
                Field("scopes", .texts(key.scopes.map(\.rawValue).sorted())),
                Field("namespace", .optional(key.restriction.namespace?.description)),
                Field("repositories", .texts(key.restriction.repositories.map(\.description))), Field("expires", .time(key.expires)),
                Field("revoked", .time(key.revoked)),
            ] + lineage.compactMap(\.self))
    }

    package init(_ permission: Permission, of account: Account.ID, in organization: NamespaceName) {
        let account = account.uuidString.lowercased()
        self.init(
            RowName(.membership, "\(organization)/\(account)"),
            [
                Field("organization", .text(organization.description)), Field("account", .text(account)),
                Field("permission", .text(permission.rawValue)),
            ])
    }

    package init(_ registry: Registry) {
        let trust = registry.trust
        self.init(
            RowName(.registry, registry.authority.description),
            [
                Field("is_ssl", registry.isSSL.map { .flag($0) } ?? .none), Field("is_approved", .flag(trust.isApproved)),
                Field("is_plain_http", .flag(trust.isPlainHTTP)), Field("certificate_authorities", .optional(trust.certificateAuthorities)),
                Field("realm", .optional(trust.realm)), Field("networks", .texts(trust.networks.map(\.description).sorted())),
                Field("blob_hosts", .texts(trust.blobHosts.map(\.description).sorted())),
            ])
    }

    package init(_ repository: Repository) {
        self.init(
            RowName(.repository, repository.id.uuidString.lowercased()),
            [
                Field("namespace", .text(repository.namespace.description)), Field("name", .text(repository.name.description)),
                Field("credential", .optional(repository.credential?.id.uuidString.lowercased())),
            ])
    }
}

extension AuthenticatedRow.Value {
    /// A date with the precision of stores. An edited row can contain any number.
    fileprivate static func time(_ date: Date?) -> Self {
        guard let date else { return .none }
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        return .time(Int64(exactly: milliseconds) ?? (milliseconds < 0 ? .min : .max))
    }
}
