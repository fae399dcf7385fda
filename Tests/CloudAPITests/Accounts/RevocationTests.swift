import Domain
import Operations
import Synchronization
import TestSupport
import Testing
import Wire

@Suite("Revoking an API key")
struct RevocationTests {
    @Test("A revoked key stops working at once and stays in the list as revoked; a second revocation changes nothing")
    func revoked() async throws {
        try await TestServer.run { server in
            let (id, key) = try await server.makeKey()
            #expect(try await server.status("GET", TestServer.repositories, as: .bearer(key)) == 200)
            let revoked = try await server.send("DELETE", TestServer.keys + id + "/")
            #expect(revoked.status == 204)
            #expect(revoked.body.isEmpty)
            let action = try await server.call("GET", try #require(revoked["X-DockerCloud-Action-URI"]))
            #expect(action["action"]?.text == "API Key Delete")
            #expect(try await server.status("GET", TestServer.repositories, as: .bearer(key)) == 401)
            let before = try await server.everything()
            server.backend.clock.advance(by: 60)
            let again = try await server.send("DELETE", TestServer.keys + id + "/")
            #expect(again.status == 204)
            #expect(again["X-DockerCloud-Action-URI"] == nil)
            #expect(try await server.everything() == before)
            #expect(try await server.list(TestServer.keys).contains { $0["id"]?.text == id && $0["revoked_datetime"] != .null })
        }
    }

    @Test("Uses of a revoked key are recorded in the audit trail")
    func afterwards() async throws {
        try await TestServer.run { server in
            let (id, key) = try await server.makeKey()
            _ = try await server.send("DELETE", TestServer.keys + id + "/")
            #expect(try await server.status("GET", TestServer.repositories, as: .bearer(key)) == 401)
            try await server.backend.backend.writeRefusedKeys()
            let action = try #require(try await server.list(TestServer.actions + "?limit=1").first)
            #expect(action["action"]?.text == "API Key Use" && action["state"]?.text == "Failed")
            #expect(action["status"]?.number == 401 && action["object"]?.text == TestServer.keys + id + "/")
            #expect(action["path"]?.text == TestServer.repositories && action["ip"]?.text == "127.0.0.1")
        }
    }

    @Test("A key can revoke itself, and the revocation is recorded with that key")
    func itself() async throws {
        try await TestServer.run { server in
            let (id, key) = try await server.makeKey(#"{"scopes": ["account:admin"]}"#)
            #expect(try await server.status("DELETE", TestServer.keys + id + "/", as: .bearer(key)) == 204)
            #expect(try await server.status("DELETE", TestServer.keys + id + "/", as: .bearer(key)) == 401)
        }
    }

    @Test("Concurrent revocations of one key all succeed and are recorded once", .timeLimit(.minutes(2)))
    func atOnce() async throws {
        try await TestServer.run { server in
            for _ in 0..<5 {
                let id = try await server.makeKey().id
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<16 { group.addTask { try await server.status("DELETE", TestServer.keys + id + "/") } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses == Array(repeating: 204, count: 16))
                #expect(try await server.list(TestServer.actions + "?object=\(TestServer.keys)\(id)/&state=Success").count == 2)
            }
        }
    }

    @Test("While 1,000 requests use a key, none that starts after the response to its revocation succeeds", .timeLimit(.minutes(2)))
    func inUse() async throws {
        try await TestServer.run { server in
            let (id, key) = try await server.makeKey()
            let traffic = Traffic(1000)
            let outcomes = try await withThrowingTaskGroup(of: [Traffic.Outcome].self) { group in
                for _ in 0..<8 { group.addTask { try await traffic.use(key, on: server) } }
                group.addTask {
                    while traffic.left > 700 { try await Task.sleep(for: .milliseconds(1)) }
                    try await server.call("DELETE", TestServer.keys + id + "/")
                    traffic.revoked()
                    return []
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes.count == 1000)
            let (before, after) = (outcomes.filter { !$0.startedAfter }, outcomes.filter(\.startedAfter))
            #expect(before.contains { $0.status == 200 })
            #expect(!after.isEmpty)
            #expect(after.allSatisfy { $0.status == 401 || $0.status == 429 })
        }
    }
}

/// Requests that use one key, from several concurrent connections.
private final class Traffic: Sendable {
    struct Outcome {
        /// Whether the request was sent after the response to the revocation.
        let startedAfter: Bool
        let status: Int
    }

    private let state: Mutex<(left: Int, isRevoked: Bool)>

    init(_ count: Int) {
        state = Mutex((count, false))
    }

    var left: Int { state.withLock { $0.left } }

    func revoked() {
        state.withLock { $0.isRevoked = true }
    }

    /// Sends requests until none is left.
    func use(_ key: APIKeySecret, on server: TestServer) async throws -> [Outcome] {
        let connection = try await RawConnection.open(port: server.port)
        var outcomes: [Outcome] = []
        while let isRevoked = next() {
            let response = try await connection.send(server.request("GET", TestServer.repositories, as: .bearer(key)))
            outcomes.append(Outcome(startedAfter: isRevoked, status: response.status))
        }
        await connection.close()
        return outcomes
    }

    private func next() -> Bool? {
        state.withLock { state in
            guard state.left > 0 else { return nil }
            state.left -= 1
            return state.isRevoked
        }
    }
}
