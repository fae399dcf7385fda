import Domain
package import FoundationEssentials
import Naming
package import Storage

/// Lists rows that do not verify, and signs rows that an administrator has reviewed.
package struct ExamineRows: Sendable {
    private let store: any Store
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    /// - Parameter store: a store whose deployment was opened.
    package init(store: any Store, clock: Clock = .system, makeID: @escaping @Sendable () -> UUID = { UUID() }) {
        self.store = store
        self.clock = clock
        self.makeID = makeID
    }

    package func unverified(limit: Int = 1_000) async throws -> [UnverifiedRow] {
        // Runs as a write, because reads have a deadline and nothing else waits for the writer here.
        try await store.write { try $0.unverifiedRows(limit: limit) }
    }

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
