import Domain
package import FoundationEssentials
import Naming
package import Sealing
package import Storage

/// Lists rows that do not verify, and signs rows that an administrator has reviewed.
package struct ExamineRows: Sendable {
    private let store: any Store
    private let sealer: Sealer
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    /// - Parameter store: a store whose deployment was opened.
    package init(store: any Store, sealer: Sealer, clock: Clock = .system, makeID: @escaping @Sendable () -> UUID = { UUID() }) {
        self.store = store
        self.sealer = sealer
        self.clock = clock
        self.makeID = makeID
    }

    package func unverified(limit: Int = 1_000) async throws -> [UnverifiedRow] {
        // Runs as a write, because reads have a deadline and nothing else waits for the writer here.
        let rows = try await store.write { try $0.unverifiedRows(limit: limit) }
        return rows + (try await credentials(limit: limit - rows.count))
    }

    /// Credentials that cannot be opened for the repository that refers to them.
    private func credentials(limit: Int) async throws -> [UnverifiedRow] {
        var (found, last): ([UnverifiedRow], Repository.ID?) = ([], nil)
        while found.count < limit {
            let (broken, end) = try await store.write { [sealer, last] reader -> ([UnverifiedRow], Repository.ID?) in
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

    /// Signs a row with its present contents, and records that.
    package func sign(_ row: RowName) async throws {
        try await store.write { writer in
            try writer.signRow(row)
            try record(row.description, by: writer)
        }
    }

    /// Signs all rows with their present contents, and records that.
    ///
    /// - Returns: the number of signed rows, without unreadable ones.
    package func signAll() async throws -> Int {
        try await store.write { writer in
            let count = try writer.signRows(verifiedBy: nil)
            try record("all \(count) rows", by: writer)
            return count
        }
    }

    private func record(_ object: String, by writer: any StoreWriter) throws {
        guard let namespace = try writer.firstNamespace() else { return }
        let now = clock.now()
        let origin = Action.Origin(user: "", keyID: nil, address: "", method: "", path: "", userAgent: "lighterman doctor")
        try writer.record(
            Action(
                id: makeID(), namespace: namespace, kind: .rowSign, object: .row(object), state: .success, started: now, ended: now,
                origin: origin))
    }
}
