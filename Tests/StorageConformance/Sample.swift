package import Domain
package import FoundationEssentials
package import Naming
import Storage
import Testing

/// Values to store, with defaults for everything that a property does not depend on.
package enum Sample {
    package static func team() throws -> NamespaceName { try NamespaceName(parsing: "team") }
    package static func others() throws -> NamespaceName { try NamespaceName(parsing: "others") }

    package static func name(_ text: String = "registry.example/team/image") throws -> RepositoryName {
        try RepositoryName(parsing: text)
    }

    package static func authority(_ text: String = "registry.example") throws -> RegistryAuthority {
        try RegistryAuthority(parsing: text)
    }

    /// The maximum page by default.
    package static func page(limit: Int = Page.maximumLimit, offset: Int = 0) throws -> Page {
        try #require(Page(limit: limit, offset: offset))
    }

    /// Dates with the millisecond precision of stores.
    package static func date(_ milliseconds: Int64 = 1_700_000_000_123) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    package static func repository(
        _ name: String = "registry.example/team/image", in namespace: NamespaceName? = nil, credential: CredentialReference? = nil,
        verification: Verification = Verification(state: .unverified)
    ) throws -> Repository {
        Repository(
            id: UUID(), namespace: try namespace ?? team(), name: try self.name(name), credential: credential,
            verification: verification, created: date(), modified: date())
    }

    package static func credential(
        _ id: UUID = UUID(), version: Int = 1, envelope: [UInt8] = [1, 2, 3]
    ) throws -> SealedCredential {
        SealedCredential(
            reference: CredentialReference(id: id, version: version), namespace: try team(), authority: try authority(),
            envelope: envelope)
    }

    package static func account(_ name: String = "team", isAdministrator: Bool = false, isDisabled: Bool = false) throws -> Account {
        Account(
            id: UUID(), name: try AccountName(parsing: name), isAdministrator: isAdministrator, isDisabled: isDisabled, created: date())
    }

    package static func organization(_ name: String = "acme") throws -> Organization {
        Organization(name: try NamespaceName(parsing: name), created: date())
    }

    package static func apiKey(_ id: String = "abcdefghijkl", of account: Account, scopes: Set<Scope> = [.pull]) -> APIKey {
        APIKey(id: id, account: account.id, hash: [9, 8, 7], label: "first", scopes: scopes, created: date())
    }

    package static func action(
        in namespace: NamespaceName? = nil, kind: Action.Kind = .repositoryCreate, state: Action.State = .success,
        object: Action.Object? = nil, status: Int? = nil, started: Int64 = 1_700_000_000_123, ended: Int64 = 1_700_000_000_456,
        origin: Action.Origin? = nil
    ) throws -> Action {
        Action(
            id: UUID(), namespace: try namespace ?? team(), kind: kind, object: try object ?? .repository(name()), state: state,
            status: status, started: date(started), ended: date(ended), origin: origin ?? self.origin())
    }

    package static func origin(_ text: String = "agent/1.0", keyID: String? = "abcdefghijkl") -> Action.Origin {
        Action.Origin(user: text, keyID: keyID, address: text, method: text, path: text, userAgent: text)
    }

    package static func deployment() -> Deployment {
        Deployment(id: UUID(), secretEnvelope: [4, 5, 6], created: date())
    }

    /// Texts that reveal a store that puts values into its statements, or that changes them.
    package static let difficultTexts = [
        "", " ", "'", "''); DROP TABLE repositories; --", "\"", "?", "?1", ":name", "$1", "%s", "\\", "\r\n", "\u{FEFF}x", "e\u{301}",
        "é", "\u{1F6A2}", String(repeating: "x", count: 10_000),
    ]
}

/// Codes without a secret, for stores without a deployment: FNV-1a of a key and the row.
package struct SampleAuthenticator: RowAuthenticator {
    private let key: UInt64

    package init(key: UInt64 = 0xcbf2_9ce4_8422_2325) {
        self.key = key
    }

    package func code(of row: [UInt8]) -> [UInt8] {
        let hash = row.reduce(key) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return withUnsafeBytes(of: hash.bigEndian, Array.init)
    }

    package func isValid(_ code: [UInt8], of row: [UInt8]) -> Bool { code == self.code(of: row) }
}
