import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Recording failed attempts")
struct RecordFailureTests {
    @Test(
        "A failed attempt is recorded in the requested namespace if the caller is a member, otherwise in the caller's own",
        arguments: [
            ("carol", nil, nil, "carol"), ("carol", nil, "carol", "carol"), ("carol", nil, "acme", "acme"),
            ("carol", nil, "others", "carol"),
            ("carol", nil, "admin", "carol"), ("carol", nil, "nothing", "carol"), ("acme+ci", nil, nil, "acme"),
            ("acme+ci", nil, "acme", "acme"),
            ("acme+ci", nil, "others", "acme"), ("acme+ci", nil, "carol", "acme"), ("carol", "acme", nil, "acme"),
            ("carol", "acme", "carol", "carol"), ("carol", "others", nil, "carol"),
        ] as [(String, String?, String?, String)])
    func namespaces(account: String, restricted: String?, called: String?, expected: String) async throws {
        let backend = try await TestBackend()
        for name in ["acme", "others"] { try await backend.makeOrganization(name) }
        try await backend.makeMember("carol", .read)
        try await backend.makeRobot()
        let key = try await backend.makeKey(of: account, restriction: .init(namespace: restricted, to: []))
        let caller = try await backend.caller(key)
        let namespace = try called.map { try NamespaceName(parsing: $0) }
        try await backend.backend.recordFailure(.repositoryDelete, status: 404, in: namespace, by: caller)
        for name in ["admin", "carol", "acme", "others", "nothing"] {
            #expect(try await backend.trail(of: name).count == (name == expected ? 1 : 0), "\(name)")
        }
    }

    @Test("A failed attempt is recorded with its operation, status and path")
    func content() async throws {
        let backend = try await TestBackend()
        let caller = try await backend.caller()
        try await backend.backend.recordFailure(.memberUpdate, status: 409, in: nil, by: caller)
        let action = try #require(try await backend.trail(of: "admin").first)
        #expect(action.kind == .memberUpdate && action.state == .failed && action.status == 409 && action.reason == nil)
        #expect(action.object == .path(caller.origin.path) && action.origin == caller.origin)
        #expect(action.started == backend.clock.clock.now() && action.ended == action.started)
    }

    @Test(
        "A failure completes the action in progress, in its namespace, and adds no second action", arguments: [true, false])
    func begun(isAsked: Bool) async throws {
        let backend = try await TestBackend()
        let name = "registry.example/team/image"
        try await backend.register(name, "user", "secret")
        try RawDatabase(backend).run("UPDATE credentials SET namespace = 'others'")
        let caller = try await backend.caller()
        let repository = try RepositoryName(parsing: name)
        let failure = await #expect(throws: FailedAttempt.self) {
            if isAsked {
                try await backend.backend.verifyAgain(repository, push: false, in: nil, by: caller)
            } else {
                try await backend.backend.updateRepository(
                    repository, with: CredentialInput("new", nil), newName: nil, in: nil, verify: .unspecified, by: caller)
            }
        }
        func newest() async throws -> Action? { try await backend.trail(of: "admin").first { $0.kind != .rowRefuse } }
        let begun = try #require(try await newest())
        #expect(begun.state == .inProgress && begun.status == nil && begun.object == .repository(repository))
        #expect(begun.kind == (isAsked ? .repositoryVerify : .repositoryUpdate))
        backend.clock.advance(by: 5)
        try await backend.backend.recordFailure(
            .repositoryCreate, status: 500, of: failure, in: NamespaceName(parsing: "nothing"), by: caller)
        let failed = try #require(try await newest())
        #expect(failed.id == begun.id && failed.kind == begun.kind && failed.object == begun.object)
        #expect(failed.state == .failed && failed.status == 500 && failed.started == begun.started)
        #expect(failed.ended == backend.clock.clock.now())
        #expect(try await backend.trail(of: "admin").count { $0.kind != .rowRefuse } == 2)
    }
}

@Suite("Actions with a lost outcome")
struct LostActionTests {
    @Test("The next start marks all actions in progress as unknown, once, and no others", arguments: [0, 1, 501])
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
