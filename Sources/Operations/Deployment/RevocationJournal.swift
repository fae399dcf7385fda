package import Domain
package import FoundationEssentials
package import Naming
package import Storage

/// An entry of the revocation journal.
package enum RevocationEntry: Hashable, Sendable {
    case revoked(APIKey.ID, Date)
    case disabled(AccountName, Date)
    case enabled(AccountName, Date)
    /// The rows of a deployment were signed: an older deployment row is no longer accepted.
    case signedRows(UUID, Date)
}

/// Stores revocations outside the database, so that restoring an older copy of the data does not undo them.
package protocol RevocationJournal: Sendable {
    /// Returns when the entries are on disk.
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

/// Reconciles the database and the revocation journal at startup, so that revocations stay in force whichever of the two is older.
package struct ApplyRevocations: Sendable {
    private let store: any Store
    private let journal: any RevocationJournal
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    /// - Parameter store: a store whose deployment was opened.
    package init(
        store: any Store, journal: any RevocationJournal, clock: Clock = .system, makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.journal = journal
        self.clock = clock
        self.makeID = makeID
    }

    /// - Returns: the number of revocations that the database lacked.
    package func run(of deployment: Deployment) async throws -> Int {
        let journaled = Revocations(try journal.entries())
        let missing = try await store.read { reader in
            (
                keys: journaled.keys.filter { id, _ in (try? reader.apiKey(id)).map { $0.key.revoked == nil } ?? false },
                accounts: journaled.accounts.keys.compactMap { try? reader.account($0) }.filter { !$0.isDisabled }
            )
        }
        let count = missing.keys.count + missing.accounts.count
        if count > 0 { try await apply(missing.keys, missing.accounts) }
        try await complete(journaled, of: deployment)
        return count
    }

    private func apply(_ keys: [APIKey.ID: Date], _ accounts: [Account]) async throws {
        let now = clock.now()
        try await store.write { writer in
            for (id, date) in keys.sorted(by: { $0.key < $1.key }) {
                guard let account = try writer.apiKey(id)?.account else { continue }
                try writer.revoke(id, at: date)
                try writer.record(action(.apiKeyDelete, on: .apiKey(id), of: account, at: now))
            }
            for account in accounts {
                var disabled = account
                disabled.isDisabled = true
                try writer.update(disabled)
                try writer.record(action(.userUpdate, on: .user(account.name.namespace), of: account, at: now))
            }
        }
    }

    private func action(_ kind: Action.Kind, on object: Action.Object, of account: Account, at now: Date) -> Action {
        let origin = Action.Origin(user: "", keyID: nil, address: "", method: "", path: "", userAgent: "lighterman revocations")
        return Action(
            id: makeID(), namespace: account.name.namespace, kind: kind, object: object, state: .success, started: now, ended: now,
            origin: origin)
    }

    /// Adds the revocations that the journal lacks, for a journal that is new or was lost.
    private func complete(_ journaled: Revocations, of deployment: Deployment) async throws {
        let now = clock.now()
        // Runs as a write, because reading all keys may exceed the deadline of a read.
        let stored = try await store.write { try $0.revocations() }
        var entries: [RevocationEntry] = []
        if !journaled.deploymentsWithSignedRows.contains(deployment.id) { entries.append(.signedRows(deployment.id, now)) }
        entries += stored.keys.filter { journaled.keys[$0.key] == nil }.sorted { $0.key < $1.key }.map { .revoked($0.key, $0.value) }
        entries += stored.accounts.filter { journaled.accounts[$0] == nil }.map { .disabled($0, now) }
        if !entries.isEmpty { try journal.append(entries) }
    }
}
