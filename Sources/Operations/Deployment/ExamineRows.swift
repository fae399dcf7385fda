import Domain
package import FoundationEssentials
import Naming
package import Storage

/// Finds rows that do not verify, and signs those that an administrator has looked at.
package struct ExamineRows: Sendable {
    private let store: any Store
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    /// - Parameter store: one whose deployment was opened.
    package init(store: any Store, clock: Clock = .system, makeID: @escaping @Sendable () -> UUID = { UUID() }) {
        self.store = store
        self.clock = clock
        self.makeID = makeID
    }

    package func unverified(limit: Int = 1_000) async throws -> [UnverifiedRow] {
        // A read would end at its deadline, and nobody else waits for the writer.
        try await store.write { try $0.unverifiedRows(limit: limit) }
    }

    /// Signs a row as it is stored, and records that.
    package func sign(_ row: RowName) async throws {
        try await store.write { writer in
            try writer.signRow(row)
            try record(row.description, by: writer)
        }
    }

    /// Signs all rows as they are stored, and records that.
    ///
    /// - Returns: how many rows there are; those that cannot be read are not among them.
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
