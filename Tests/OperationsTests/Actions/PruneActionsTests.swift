import Domain
import FoundationEssentials
import Naming
import Operations
import TestSupport
import Testing

@Suite("Deleting old actions")
struct PruneActionsTests {
    @Test("Actions that ended before a date are deleted in batches, oldest first; one that ended at that date is retained")
    func steps() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        for number in 0..<10 {
            try await backend.register("registry.example/image-\(number)", by: number.isMultiple(of: 2) ? carol : nil)
            backend.clock.advance(by: 60)
        }
        // The last action ended one minute ago, the first one ten minutes ago.
        var left = 10
        let now = backend.clock.clock.now()
        for (limit, expected) in [(2, 2), (2, 2), (100, 1), (100, 0)] {
            #expect(try await backend.backend.pruneActions(before: now - 5 * 60, limit: limit) == expected)
            left -= expected
            let (own, others) = (try await backend.trail(of: "admin"), try await backend.trail(of: "carol"))
            #expect(own.count + others.count == left)
            #expect(try await listed(by: carol, on: backend) == others.count)
            #expect(try await listed(by: backend.key, on: backend) == own.count)
        }
        let all = try await backend.trail(of: "admin") + backend.trail(of: "carol")
        #expect(all.map(\.ended).min() == now - 5 * 60)
        #expect(
            try await backend.inspect("registry.example/image-1").name.description == "registry.example/image-1", "only the record goes")
    }

    @Test("An action without an outcome is deleted like the others")
    func inProgress() async throws {
        let backend = try await TestBackend()
        try await backend.register("registry.example/a", "user", "secret")
        try RawDatabase(backend).run("UPDATE actions SET state = 'In progress'")
        backend.clock.advance(by: 61)
        #expect(try await backend.backend.pruneActions(before: backend.clock.clock.now() - 60, limit: 10) == 1)
        #expect(try await backend.trail(of: "admin").isEmpty)
    }

    private func listed(by key: APIKeySecret, on backend: TestBackend) async throws -> Int? {
        try await backend.backend.listActions(in: nil, where: ActionFilter(), page: .everything(), by: backend.caller(key)).total
    }
}

@Suite("Following the actions of all namespaces")
struct FollowActionsTests {
    @Test("Actions are returned in the order of their recording, even after older ones were deleted")
    func following() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        for number in 0..<5 { try await backend.register("registry.example/image-\(number)", by: number.isMultiple(of: 2) ? carol : nil) }
        let all = try await backend.backend.actions(after: 0, limit: 100)
        #expect(all.map(\.action.namespace.description) == ["carol", "admin", "carol", "admin", "carol"])
        #expect(try await backend.backend.actions(after: all[1].sequence, limit: 2) == Array(all[2...3]))
        #expect(try await backend.backend.actions(after: all[4].sequence, limit: 2).isEmpty)
        backend.clock.advance(by: 60)
        #expect(try await backend.backend.pruneActions(before: backend.clock.clock.now() - 1, limit: 2) == 2)
        #expect(try await backend.backend.actions(after: all[1].sequence, limit: 100) == Array(all[2...]))
    }

    @Test("A copy continues after its last action or its stored position, whichever is later and in this trail")
    func position() async throws {
        let backend = try await TestBackend()
        for number in 0..<5 { try await backend.register("registry.example/image-\(number)") }
        let entries = try await backend.backend.actions(after: 0, limit: 100)
        let foreign = TrailPosition(sequence: 4, id: UUID())
        let rows: [(stored: TrailPosition?, copied: TrailPosition?, expected: TrailPosition?)] = [
            (nil, nil, nil), (entries[1].position, nil, entries[1].position), (nil, entries[1].position, entries[1].position),
            (entries[1].position, entries[3].position, entries[3].position),
            (entries[3].position, entries[1].position, entries[3].position), (entries[1].position, foreign, entries[1].position),
            (foreign, entries[1].position, entries[1].position), (foreign, foreign, nil),
            (nil, TrailPosition(sequence: nil, id: entries[2].action.id), entries[2].position),
        ]
        for row in rows {
            let position = try await backend.backend.position(following: row.stored, orLater: row.copied)
            #expect(position == row.expected, "\(row)")
        }
    }
}
