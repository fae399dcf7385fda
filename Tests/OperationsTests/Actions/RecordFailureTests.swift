import Domain
import Naming
import Operations
import TestSupport
import Testing

@Suite("Attempts that failed")
struct RecordFailureTests {
    @Test(
        "They go to the namespace that was called where the caller has a part in it, and else to the caller's own",
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
        try await backend.backend.recordFailure(.repositoryDelete, .notFound("nothing"), in: namespace, by: caller)
        for name in ["admin", "carol", "acme", "others", "nothing"] {
            #expect(try await backend.trail(of: name).count == (name == expected ? 1 : 0), "\(name)")
        }
    }

    @Test("They say what was tried, how it was answered, and the path that was called")
    func content() async throws {
        let backend = try await TestBackend()
        let caller = try await backend.caller()
        try await backend.backend.recordFailure(.memberUpdate, .conflict("taken"), in: nil, by: caller)
        let action = try #require(try await backend.trail(of: "admin").first)
        #expect(action.kind == .memberUpdate && action.state == .failed && action.status == 409 && action.reason == nil)
        #expect(action.object == .path(caller.origin.path) && action.origin == caller.origin)
        #expect(action.started == backend.clock.clock.now() && action.ended == action.started)
    }

    @Test(
        "What was begun becomes the one that failed, in the namespace where it was begun, and is no second one", arguments: [true, false])
    func begun(isAsked: Bool) async throws {
        let backend = try await TestBackend()
        let name = "registry.example/team/image"
        try await backend.register(name, "user", "secret")
        try RawDatabase(backend).run("UPDATE credentials SET namespace = 'others'")
        let caller = try await backend.caller()
        let repository = try RepositoryName(parsing: name)
        await #expect(throws: (any Error).self) {
            if isAsked {
                try await backend.backend.verifyAgain(repository, push: false, in: nil, by: caller)
            } else {
                try await backend.backend.updateRepository(
                    repository, with: CredentialInput("new", nil), newName: nil, in: nil, verify: .unsaid, by: caller)
            }
        }
        let begun = try #require(try await backend.trail(of: "admin").first)
        #expect(begun.state == .inProgress && begun.status == nil && begun.object == .repository(repository))
        #expect(begun.kind == (isAsked ? .repositoryVerify : .repositoryUpdate))
        backend.clock.advance(by: 5)
        try await backend.backend.recordFailure(.repositoryCreate, .internal, in: NamespaceName(parsing: "nothing"), by: caller)
        let failed = try #require(try await backend.trail(of: "admin").first)
        #expect(failed.id == begun.id && failed.kind == begun.kind && failed.object == begun.object)
        #expect(failed.state == .failed && failed.status == 500 && failed.started == begun.started)
        #expect(failed.ended == backend.clock.clock.now())
        #expect(try await backend.trail(of: "admin").count == 2)
    }
}
