package import Domain
package import FoundationEssentials
import Naming
package import Storage

/// Brings the database and the revocation journal together at a start: what was revoked stays revoked, whichever of them is older.
package struct ApplyRevocations: Sendable {
    private let store: any Store
    private let journal: any RevocationJournal
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    /// - Parameter store: one whose deployment was opened.
    package init(
        store: any Store, journal: any RevocationJournal, clock: Clock = .system, makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.journal = journal
        self.clock = clock
        self.makeID = makeID
    }

    /// - Returns: how many revocations the database did not have.
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

    /// Adds what the journal does not have: a journal that is new, or was lost.
    private func complete(_ journaled: Revocations, of deployment: Deployment) async throws {
        let now = clock.now()
        // All keys are read, which could take longer than a read may.
        let stored = try await store.write { try $0.revocations() }
        var entries: [RevocationEntry] = []
        if !journaled.deploymentsWithSignedRows.contains(deployment.id) { entries.append(.signedRows(deployment.id, now)) }
        entries += stored.keys.filter { journaled.keys[$0.key] == nil }.sorted { $0.key < $1.key }.map { .revoked($0.key, $0.value) }
        entries += stored.accounts.filter { journaled.accounts[$0] == nil }.map { .disabled($0, now) }
        if !entries.isEmpty { try journal.append(entries) }
    }
}
