package import Domain
package import FoundationEssentials
import Naming
package import Storage

/// Reconciles the database and the revocation journal at startup, so that revocations stay in force when an older copy of the data is restored.
///
/// The server writes to the journal before it commits. A journal that lacks something that the database has was therefore lost, or is an older
/// copy itself, and may lack more.
package struct ApplyRevocations: Sendable {
    private let journaled: Revocations
    private let store: any Store
    private let journal: any RevocationJournal
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    /// - Parameters:
    ///   - journaled: the entries of the journal.
    ///   - store: a store whose deployment was opened.
    package init(
        _ journaled: Revocations, store: any Store, journal: any RevocationJournal, clock: Clock = .system,
        makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.journaled = journaled
        self.store = store
        self.journal = journal
        self.clock = clock
        self.makeID = makeID
    }

    /// Throws ``LostEntries`` if the journal was lost or is older than the data.
    ///
    /// - Parameter fingerprint: the fingerprint of the deployment's secret.
    /// - Returns: the number of revocations that the database lacked.
    package func run(of deployment: Deployment, secret fingerprint: String) async throws -> Int {
        // Runs as a write, because reading all keys may exceed the deadline of a read.
        let stored = try await store.write { try $0.revocations() }
        let missing = JournalGap(of: journaled, comparedWith: stored, of: deployment.id, secret: fingerprint, at: clock.now())
        if let lost = missing.lost { throw lost }
        let changes = try await store.write { [journaled] reader in
            (
                keys: journaled.keys.filter { id, _ in
                    stored.revokedKeys[id] == nil && (try? reader.apiKey(id)).map { $0.key.revoked == nil } ?? false
                },
                expiries: journaled.expiries.filter { id, date in
                    (try? reader.apiKey(id)).map { $0.key.revoked == nil && $0.key.expires ?? .distantFuture > date } ?? false
                },
                accounts: journaled.accounts.compactMap { holder, date in
                    (try? reader.account(holder.name)).flatMap { holder.matches($0, disabledAt: date) ? $0 : nil }
                }.filter { !$0.isDisabled }
            )
        }
        let expiries = changes.expiries.filter { changes.keys[$0.key] == nil }
        let count = changes.keys.count + expiries.count + changes.accounts.count
        if count > 0 { try await apply(changes.keys, expiries, changes.accounts) }
        if !missing.entries.isEmpty { try journal.append(missing.entries) }
        return count
    }

    /// Adds to a lost journal everything that the database has, and records that.
    ///
    /// - Returns: the number of entries that the journal lacked.
    package func rebuild(of deployment: Deployment, secret fingerprint: String) async throws -> Int {
        let (stored, expiries) = try await store.write { (try $0.revocations(), try $0.expiries()) }
        let now = clock.now()
        let missing = JournalGap(
            of: journaled, comparedWith: stored, and: expiries, of: deployment.id, secret: fingerprint, at: now
        ).entries
        guard !missing.isEmpty else { return 0 }
        try await store.write { [journal, makeID] writer in
            if let namespace = try writer.firstNamespace() {
                try writer.record(
                    Action(
                        id: makeID(), namespace: namespace, kind: .journalRebuild, object: .row("journal"), state: .success, started: now,
                        ended: now, origin: .command(Action.Origin.doctor)))
            }
            try journal.append(missing)
        }
        return missing.count
    }

    private func apply(_ keys: [APIKey.ID: Date], _ expiries: [APIKey.ID: Date], _ accounts: [Account]) async throws {
        let now = clock.now()
        try await store.write { writer in
            for (id, date) in expiries.sorted(by: { $0.key < $1.key }) {
                guard let (stored, account) = try writer.apiKey(id) else { continue }
                var key = stored
                key.expires = date
                try writer.update(key)
                try writer.record(action(.apiKeyDelete, on: .apiKey(id), of: account, at: now))
            }
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
        Action(
            id: makeID(), namespace: account.name.namespace, kind: kind, object: object, state: .success, started: now, ended: now,
            origin: .command("lighterman revocations"))
    }
}
