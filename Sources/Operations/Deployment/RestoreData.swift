package import Domain
package import FoundationEssentials
import Naming
package import Sealing
package import Storage
import Synchronization

/// Prepares a restored copy of the data for its first start: checks the keys, applies the revocations since the backup, and records the
/// restore.
package struct RestoreData: Sendable {
    private let store: any Store
    private let ring: KeyRing
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    package init(
        store: any Store, ring: KeyRing, clock: Clock = .system, makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.ring = ring
        self.clock = clock
        self.makeID = makeID
    }

    package struct Outcome: Sendable {
        /// The entries of the journal from now on.
        package let entries: [RevocationEntry]
        /// The number of revocations that the backup lacked.
        package let revocations: Int
        /// Whether the deployment secret of the backup was replaced since. The server does not start with it.
        package let hasFormerSecret: Bool
    }

    /// Throws ``OpenedDeployment/OpeningError`` if the ring lacks a key of the backup.
    ///
    /// - Parameters:
    ///   - deployment: the deployment of the store.
    ///   - entries: the entries of the backup's journal and of the present one (``RevocationEntry/merging(_:into:)``).
    ///   - date: the date of the backup.
    package func run(_ deployment: Deployment, journaled entries: [RevocationEntry], backupOf date: Date) async throws -> Outcome {
        let journaled = Revocations(entries)
        let opened = try await OpenedDeployment(
            deployment, in: store, ring: ring, journaled: journaled, allowsReplacedSecret: true)
        let journal = CollectedEntries()
        let count = try await ApplyRevocations(journaled, store: store, journal: journal, clock: clock, makeID: makeID)
            .run(of: deployment, secret: opened.fingerprint)
        let now = clock.now()
        try await store.write { [makeID] writer in
            guard let namespace = try writer.firstNamespace() else { return }
            try writer.record(
                Action(
                    id: makeID(), namespace: namespace, kind: .dataRestore, object: .row("backup"), state: .success,
                    reason: "the backup of \(date.formatted(Date.ISO8601FormatStyle())) was restored", started: now, ended: now,
                    origin: .command(Action.Origin.restore)))
        }
        return Outcome(
            entries: entries + journal.entries(), revocations: count,
            hasFormerSecret: journaled.wasReplaced(opened.fingerprint, of: deployment.id))
    }
}

extension RevocationEntry {
    /// Adds the entries of an older journal that a journal lacks, in the order of their dates: a later entry may revoke an earlier one.
    /// Returns the journal itself if it lacks none.
    package static func merging(_ older: [RevocationEntry], into journal: [RevocationEntry]) -> [RevocationEntry] {
        let known = Set(journal)
        var missing = older.filter { !known.contains($0) }[...]
        var merged: [RevocationEntry] = []
        for entry in journal {
            let earlier = missing.prefix { $0.date < entry.date }
            merged += earlier
            missing = missing.dropFirst(earlier.count)
            merged.append(entry)
        }
        return merged + missing
    }
}

/// A journal in memory.
private final class CollectedEntries: RevocationJournal {
    private let collected = Mutex<[RevocationEntry]>([])

    func append(_ entries: [RevocationEntry]) { collected.withLock { $0 += entries } }
    func entries() -> [RevocationEntry] { collected.withLock { $0 } }
}
