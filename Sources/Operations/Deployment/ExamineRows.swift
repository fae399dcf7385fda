import Domain
package import FoundationEssentials
import Naming
import Sealing
package import Storage

/// Lists rows that do not verify, and signs rows that an administrator has reviewed.
package struct ExamineRows: Sendable {
    private let store: any Store
    private let deployment: OpenedDeployment
    private let journal: any RevocationJournal
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    /// - Parameter store: a store whose deployment was opened.
    package init(
        store: any Store, deployment: OpenedDeployment, journal: any RevocationJournal = NoRevocationJournal(), clock: Clock = .system,
        makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.deployment = deployment
        self.journal = journal
        self.clock = clock
        self.makeID = makeID
    }

    package func unverified(limit: Int = 1_000) async throws -> [UnverifiedRow] {
        // Runs as a write, because reads have a deadline and nothing else waits for the writer here.
        let rows = try await store.write { reader in
            let missing = try reader.missingRegistries(limit: limit).map {
                UnverifiedRow(name: RowName(.registry, $0.description), content: "(missing, although repositories are on this registry)")
            }
            return try missing + reader.unverifiedRows(limit: limit - missing.count)
        }
        return rows + (try await credentials(limit: limit - rows.count))
    }

    /// Credentials that cannot be opened for the repository that refers to them.
    private func credentials(limit: Int) async throws -> [UnverifiedRow] {
        var (found, last): ([UnverifiedRow], Repository.ID?) = ([], nil)
        while found.count < limit {
            let (broken, end) = try await store.write { [sealer = deployment.sealer, last] reader -> ([UnverifiedRow], Repository.ID?) in
                let repositories = try reader.repositoriesWithCredentials(after: last, limit: Self.batch)
                let broken = repositories.compactMap { repository -> UnverifiedRow? in
                    guard let id = repository.credential?.id else { return nil }
                    let sealed = try? reader.sealedCredential(id)
                    guard (try? sealed?.opened(by: sealer, for: repository)) == nil else { return nil }
                    return UnverifiedRow(
                        name: RowName(.credential, id.uuidString.lowercased()),
                        content: "namespace=\(repository.namespace) repository=\(repository.name)")
                }
                return (broken, repositories.count < Self.batch ? nil : repositories.last?.id)
            }
            found += broken
            guard let end else { return found }
            last = end
        }
        return Array(found.prefix(max(0, limit)))
    }

    private static let batch = 500

    /// Signs a row with its present contents, and records that. A missing row of a registry becomes that of a registry without any use.
    package func sign(_ row: RowName) async throws {
        try await store.write { writer in
            let missing = row.kind == .registry ? try? RegistryAuthority(parsing: row.id) : nil
            if let missing, try writer.missingRegistries(limit: .max).contains(missing) { try writer.configure(Registry(first: missing)) }
            try writer.signRow(row)
            try record(row.description, by: writer)
            try complete(by: writer)
        }
    }

    /// Signs all rows with their present contents, and records that. Missing rows of registries are not created.
    ///
    /// - Returns: the number of signed rows, without unreadable ones.
    package func signAll() async throws -> Int {
        try await store.write { writer in
            let count = try writer.signRows(verifiedBy: nil)
            try record("all \(count) rows", by: writer)
            try complete(by: writer)
            return count
        }
    }

    /// Adds to the journal what the signed rows add to it, such as a disabled account. The next start would miss it.
    private func complete(by writer: any StoreWriter) throws {
        guard let journaled = try journal.revocations() else { return }
        let missing = JournalGap(
            of: journaled, comparedWith: try writer.revocations(), of: deployment.id, secret: deployment.fingerprint, at: clock.now())
        if !missing.entries.isEmpty { try journal.append(missing.entries) }
    }

    private func record(_ object: String, by writer: any StoreWriter) throws {
        guard let namespace = try writer.firstNamespace() else { return }
        let now = clock.now()
        try writer.record(
            Action(
                id: makeID(), namespace: namespace, kind: .rowSign, object: .row(object), state: .success, started: now, ended: now,
                origin: .command(Action.Origin.doctor)))
    }
}
