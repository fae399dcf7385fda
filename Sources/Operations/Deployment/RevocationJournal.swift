package import Domain
package import FoundationEssentials
package import Naming
package import Storage

/// An entry of the revocation journal.
package enum RevocationEntry: Hashable, Sendable {
    case revoked(APIKey.ID, Date)
    /// A renewed key expires at that time.
    case expires(APIKey.ID, Date)
    /// - Parameter id: nil in entries of versions that did not write it.
    case disabled(AccountName, id: Account.ID?, Date)
    case enabled(AccountName, id: Account.ID?, Date)
    /// The rows of a deployment were signed: an older deployment row is no longer accepted.
    case signedRows(UUID, Date)
    /// The secret of a deployment, by its fingerprint: earlier secrets are no longer accepted.
    case secret(deployment: UUID, fingerprint: String, Date)
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
    /// An account as the journal identifies it.
    package struct Holder: Hashable, Sendable {
        package let name: AccountName
        package let id: Account.ID?

        /// Whether this is the account, and not a later account of the same name.
        ///
        /// - Parameter date: the time at which it was disabled.
        func matches(_ account: Account, disabledAt date: Date) -> Bool {
            account.name == name && (id.map { $0 == account.id } ?? (account.created <= date))
        }
    }

    package private(set) var keys: [APIKey.ID: Date] = [:]
    package private(set) var expiries: [APIKey.ID: Date] = [:]
    package private(set) var accounts: [Holder: Date] = [:]
    package private(set) var deploymentsWithSignedRows: Set<UUID> = []
    /// The fingerprints of each deployment's secrets. The last one is valid.
    package private(set) var secrets: [UUID: [String]] = [:]

    package init(_ entries: [RevocationEntry]) {
        for entry in entries {
            switch entry {
            case .revoked(let id, let date): keys[id] = min(keys[id] ?? date, date)
            case .expires(let id, let date): expiries[id] = min(expiries[id] ?? date, date)
            case .disabled(let name, let id, let date): accounts[Holder(name: name, id: id)] = date
            case .enabled(let name, let id, _):
                accounts[Holder(name: name, id: id)] = nil
                accounts[Holder(name: name, id: nil)] = nil
            case .signedRows(let id, _): deploymentsWithSignedRows.insert(id)
            case .secret(let deployment, let fingerprint, _):
                secrets[deployment, default: []].removeAll { $0 == fingerprint }
                secrets[deployment, default: []].append(fingerprint)
            }
        }
    }

    /// Whether the secret of a deployment was replaced by another one.
    package func wasReplaced(_ fingerprint: String, of deployment: UUID) -> Bool {
        guard let fingerprints = secrets[deployment], fingerprints.contains(fingerprint) else { return false }
        return fingerprints.last != fingerprint
    }
}

/// Reconciles the database and the revocation journal at startup, so that revocations stay in force whichever of the two is older.
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

    /// - Returns: the number of revocations that the database lacked.
    ///
    /// - Parameter fingerprint: the fingerprint of the deployment's secret.
    package func run(of deployment: Deployment, secret fingerprint: String) async throws -> Int {
        // Runs as a write, because reading all keys may exceed the deadline of a read.
        let stored = try await store.write { try $0.revocations() }
        let missing = try await store.write { [journaled] reader in
            (
                keys: journaled.keys.filter { id, _ in
                    stored.keys[id] == nil && (try? reader.apiKey(id)).map { $0.key.revoked == nil } ?? false
                },
                expiries: journaled.expiries.filter { id, date in
                    (try? reader.apiKey(id)).map { $0.key.revoked == nil && $0.key.expires ?? .distantFuture > date } ?? false
                },
                accounts: journaled.accounts.compactMap { holder, date in
                    (try? reader.account(holder.name)).flatMap { holder.matches($0, disabledAt: date) ? $0 : nil }
                }.filter { !$0.isDisabled }
            )
        }
        let expiries = missing.expiries.filter { missing.keys[$0.key] == nil }
        let count = missing.keys.count + expiries.count + missing.accounts.count
        if count > 0 { try await apply(missing.keys, expiries, missing.accounts) }
        try complete(with: stored, of: deployment, secret: fingerprint)
        return count
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
        let origin = Action.Origin(user: "", keyID: nil, address: "", method: "", path: "", userAgent: "lighterman revocations")
        return Action(
            id: makeID(), namespace: account.name.namespace, kind: kind, object: object, state: .success, started: now, ended: now,
            origin: origin)
    }

    /// Adds the revocations that the journal lacks, for a journal that is new or was lost.
    private func complete(
        with stored: (keys: [APIKey.ID: Date], accounts: [Account]), of deployment: Deployment, secret fingerprint: String
    ) throws {
        let now = clock.now()
        var entries: [RevocationEntry] = []
        if !journaled.deploymentsWithSignedRows.contains(deployment.id) { entries.append(.signedRows(deployment.id, now)) }
        if !(journaled.secrets[deployment.id]?.contains(fingerprint) ?? false) {
            entries.append(.secret(deployment: deployment.id, fingerprint: fingerprint, now))
        }
        entries += stored.keys.filter { journaled.keys[$0.key] == nil }.sorted { $0.key < $1.key }.map { .revoked($0.key, $0.value) }
        entries += stored.accounts.filter { account in
            !journaled.accounts.contains { $0.key.matches(account, disabledAt: $0.value) }
        }.map { .disabled($0.name, id: $0.id, now) }
        if !entries.isEmpty { try journal.append(entries) }
    }
}
