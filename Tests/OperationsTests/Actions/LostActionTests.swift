import Domain
import FoundationEssentials
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Actions whose outcome was lost")
struct LostActionTests {
    @Test("The next start says so of all of them, once, and of no other", arguments: [0, 1, 501])
    func lost(count: Int) async throws {
        let backend = try await TestBackend()
        try await backend.register("registry.example/team/image")
        let ended = try #require(try await backend.trail(of: "admin").first)
        let begun = (0..<count).map { _ in
            Action(
                id: UUID(), namespace: ended.namespace, kind: .repositoryPull, object: ended.object, state: .inProgress,
                started: ended.started,
                ended: ended.ended, origin: ended.origin)
        }
        try await backend.store.write { writer in for action in begun { try writer.record(action) } }
        for _ in 1...2 {
            try await backend.backend.endLostActions()
            let actions = try await backend.backend.actions(after: 0, limit: 1000).map(\.action)
            #expect(actions.count == count + 1 && actions.contains(ended))
            let lost = actions.filter { $0.state == .unknown }
            #expect(lost.count == count && lost.allSatisfy { $0.reason == "the server ended before the outcome was stored" })
        }
    }
}
