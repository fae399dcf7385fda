import Domain
import Operations
import Synchronization
import TestSupport
import Testing
import Wire

@Suite("Concurrent requests")
struct SameNameTests {
    @Test(
        "Only one of 50 concurrent registrations of a name succeeds, and each credential is verified at most once",
        .timeLimit(.minutes(2)))
    func register() async throws {
        try await TestServer.run { server in
            let arrived = Mutex(0)
            server.backend.verifier.answer { _ in
                arrived.withLock { $0 += 1 }
                // Waits until most are in progress; later ones may find the name taken.
                for _ in 0..<2_000 where arrived.withLock({ $0 }) < 25 { try? await Task.sleep(for: .milliseconds(5)) }
                return StubVerifier.accepting
            }
            let answers = try await withThrowingTaskGroup(of: RawResponse.self) { group in
                for number in 0..<50 {
                    let body = #"{"name": "registry.example/team/image", "username": "u", "password": "p\#(number)"}"#
                    group.addTask { try await server.send("POST", TestServer.repositories, body: body) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.map(\.status).sorted() == [201] + Array(repeating: 409, count: 49))
            #expect(answers.filter { $0["X-DockerCloud-Action-URI"] != nil }.map(\.status) == [201])
            let tried = server.backend.verifier.requests.compactMap { $0.credential?.password.revealed() }
            #expect(tried.count >= 25)
            #expect(Set(tried).count == tried.count)
            #expect(try await server.list(TestServer.repositories).count == 1)
            #expect(try await server.list(TestServer.actions + "?state=Success").count == 1)
        }
    }

    @Test("Only one of 50 concurrent creations of an organization, user or robot succeeds", .timeLimit(.minutes(2)))
    func make() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            for (target, body) in [
                (TestServer.organizations, #"{"name": "umbrella"}"#), (TestServer.users, #"{"name": "carol"}"#),
                (TestServer.robots, #"{"name": "ci", "permission": "read"}"#),
            ] {
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<50 { group.addTask { try await server.status("POST", target, body) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 49), "\(target)")
            }
        }
    }

    @Test("A repository is not stored if its organization is removed during the verification")
    func removed() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            server.backend.verifier.answer { _ in
                _ = try? await server.send("DELETE", TestServer.acme)
                return StubVerifier.accepting
            }
            let body = #"{"name": "registry.example/a", "username": "u", "password": "p"}"#
            let response = try await server.send("POST", "/api/repo/v1/acme/repository/", body: body)
            #expect(response.status == 404)
            #expect(try await server.status("GET", TestServer.acme) == 404)
            server.backend.clock.advance(by: 24 * 60 * 60)
            #expect(try await server.backend.backend.repositoriesToVerify(limit: 10).isEmpty)
        }
    }
}
