import Domain
import Operations
import RegistryClient
import TestSupport
import Testing
import Wire

/// An update of the password alone combines it with the stored user name, which no response contains.
@Suite("Updates of a password for several stored user names") struct RefusedUserTests {
    private static let repositories = [
        "a.example/one": "alice", "a.example/two": "alice", "a.example/three": "bob", "b.example/one": "alice",
    ]

    /// Runs a server with the repositories, whose registries refuse every further login.
    private func run(_ body: (TestServer) async throws -> Void) async throws {
        try await TestServer.run { server in
            for (name, user) in Self.repositories {
                let body = #"{"name": "\#(name)", "username": "\#(user)-canary", "password": "old"}"#
                let response = try await server.send("POST", TestServer.repositories, body: body)
                #expect(response.status == 201)
            }
            server.backend.verifier.answer { _ in
                VerificationOutcome(
                    verdict: .refused(reason: ErrorText("R rejected the user name and password (401 Unauthorized)")), isLoginRefused: true)
            }
            try await body(server)
        }
    }

    private func update(
        _ name: String, _ query: String = "", at server: TestServer, body: String = #"{"password": "new"}"#
    ) async throws -> RawResponse {
        try await server.send("PATCH", TestServer.repositories + name + "/" + query, body: body)
    }

    private func mark(_ name: String, at server: TestServer) async throws -> String {
        let response = try await update(name, at: server)
        #expect(
            response.status == 400
                && response.error?.hasPrefix("R rejected the user name and password (401 Unauthorized). The stored credential") == true)
        return try #require(response[Header.refusedUser])
    }

    @Test("The response to a refused password identifies the stored user name of that registry without revealing it")
    func marks() async throws {
        try await run { server in
            var marks: [String: String] = [:]
            for name in Self.repositories.keys { marks[name] = try await mark(name, at: server) }
            #expect(marks["a.example/one"] == marks["a.example/two"])
            #expect(Set(marks.values).count == 3)
            let areHashes = marks.values.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{32}/) != nil }
            #expect(areHashes)
            #expect(!server.log.text.contains("canary"))
        }
    }

    @Test("A password is not sent with a user name that the request excludes")
    func excluded() async throws {
        try await run { server in
            let (alice, bob) = (try await mark("a.example/one", at: server), try await mark("a.example/three", at: server))
            let before = server.backend.verifier.requests.count
            for query in ["?refused_users=\(alice)", "?refused_users=\(bob),\(alice)", "?refused_users=\(alice)&verify=push"] {
                let response = try await update("a.example/two", query, at: server)
                #expect(response.status == 409 && response.error?.hasPrefix("a.example rejected the same user name") == true)
            }
            #expect(server.backend.verifier.requests.count == before)
            for (name, query) in [("a.example/two", bob), ("b.example/one", alice), ("a.example/three", alice)] {
                #expect(try await update(name, "?refused_users=\(query)", at: server).status == 400)
            }
            #expect(server.backend.verifier.requests.count == before + 3)
        }
    }

    @Test("A request with a user name is sent, and the response identifies none")
    func given() async throws {
        try await run { server in
            let alice = try await mark("a.example/one", at: server)
            for body in [#"{"username": "alice-canary", "password": "new"}"#, #"{"username": "alice-canary"}"#] {
                let response = try await update("a.example/two", "?refused_users=\(alice)", at: server, body: body)
                #expect(response.status == 400 && response[Header.refusedUser] == nil)
            }
        }
    }

    @Test(
        "A malformed value is rejected",
        arguments: [
            "x", "0123", ",", String(repeating: "g", count: 32),
            Array(repeating: String(repeating: "0", count: 32), count: 101).joined(separator: ","),
        ])
    func malformed(_ value: String) async throws {
        try await run { server in
            let before = server.backend.verifier.requests.count
            let updated = try await update("a.example/one", "?refused_users=\(value)", at: server)
            #expect(updated.status == 400)
            #expect(server.backend.verifier.requests.count == before)
            let body = #"{"name": "a.example/four"}"#
            let registered = try await server.send("POST", TestServer.repositories + "?refused_users=\(value)", body: body)
            #expect(registered.status == 400)
        }
    }
}
