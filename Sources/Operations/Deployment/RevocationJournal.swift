package import Domain
package import FoundationEssentials
package import Naming

/// A line of the revocation journal.
package enum RevocationEntry: Hashable, Sendable {
    case revoked(APIKey.ID, Date)
    case disabled(AccountName, Date)
    case enabled(AccountName, Date)
    /// The rows of a deployment were signed: a deployment row of before is not believed any more.
    case signedRows(UUID, Date)
}

/// Keeps revocations outside the database, so that an older copy of the data does not revive what was revoked.
package protocol RevocationJournal: Sendable {
    /// Returns when the entries are on the disk.
    func append(_ entries: [RevocationEntry]) throws
    func entries() throws -> [RevocationEntry]
}

/// For stores without a journal.
package struct NoRevocationJournal: RevocationJournal {
    package init() {}
    package func append(_ entries: [RevocationEntry]) {}
    package func entries() -> [RevocationEntry] { [] }
}

/// The revocations that result from all entries of a journal.
package struct Revocations: Sendable {
    package private(set) var keys: [APIKey.ID: Date] = [:]
    package private(set) var accounts: [AccountName: Date] = [:]
    package private(set) var deploymentsWithSignedRows: Set<UUID> = []

    package init(_ entries: [RevocationEntry]) {
        for entry in entries {
            switch entry {
            case .revoked(let id, let date): keys[id] = min(keys[id] ?? date, date)
            case .disabled(let name, let date): accounts[name] = date
            case .enabled(let name, _): accounts[name] = nil
            case .signedRows(let id, _): deploymentsWithSignedRows.insert(id)
            }
        }
    }
}
