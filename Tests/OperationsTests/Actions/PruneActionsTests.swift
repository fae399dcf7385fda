import Domain
import FoundationEssentials
import Naming
import Operations
import TestSupport
import Testing

@Suite("Forgetting old actions")
struct PruneActionsTests {
    @Test("What ended longer ago than that is forgotten, the oldest first, so many at a time; what is just as old is kept")
    func steps() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        for number in 0..<10 {
            try await backend.register("registry.example/image-\(number)", by: number.isMultiple(of: 2) ? carol : nil)
            backend.clock.advance(by: 60)
        }
        // The last one ended a minute ago, the first one ten.
        var left = 10
        for (limit, expected) in [(2, 2), (2, 2), (100, 1), (100, 0)] {
            #expect(try await backend.backend.pruneActions(olderThan: 5 * 60, limit: limit) == expected)
            left -= expected
            let (own, others) = (try await backend.trail(of: "admin"), try await backend.trail(of: "carol"))
            #expect(own.count + others.count == left)
            #expect(try await listed(by: carol, on: backend) == others.count)
            #expect(try await listed(by: backend.key, on: backend) == own.count)
        }
        let now = backend.clock.clock.now()
        let all = try await backend.trail(of: "admin") + backend.trail(of: "carol")
        #expect(all.map(\.ended).min() == now - 5 * 60)
        #expect(
            try await backend.inspect("registry.example/image-1").name.description == "registry.example/image-1", "only the record goes")
    }

    @Test("Something that never ended is forgotten like the others")
    func inProgress() async throws {
        let backend = try await TestBackend()
        try await backend.register("registry.example/a", "user", "secret")
        try RawDatabase(backend).run("UPDATE actions SET state = 'In progress'")
        backend.clock.advance(by: 61)
        #expect(try await backend.backend.pruneActions(olderThan: 60, limit: 10) == 1)
        #expect(try await backend.trail(of: "admin").isEmpty)
    }

    private func listed(by key: APIKeySecret, on backend: TestBackend) async throws -> Int? {
        try await backend.backend.listActions(in: nil, where: ActionFilter(), page: .everything(), by: backend.caller(key)).total
    }
}

@Suite("Following the actions of all namespaces")
struct FollowActionsTests {
    @Test("What follows an action comes in the order in which it was recorded, from the beginning where it is gone")
    func following() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        for number in 0..<5 { try await backend.register("registry.example/image-\(number)", by: number.isMultiple(of: 2) ? carol : nil) }
        let all = try await backend.backend.actions(after: nil, limit: 100)
        #expect(all.map(\.namespace.description) == ["carol", "admin", "carol", "admin", "carol"])
        #expect(try await backend.backend.actions(after: all[1].id, limit: 2) == Array(all[2...3]))
        #expect(try await backend.backend.actions(after: all[4].id, limit: 2).isEmpty)
        backend.clock.advance(by: 60)
        #expect(try await backend.backend.pruneActions(olderThan: 1, limit: 2) == 2)
        #expect(try await backend.backend.actions(after: all[1].id, limit: 100) == Array(all[2...]))
    }
}
