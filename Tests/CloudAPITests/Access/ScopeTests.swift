import Domain
import TestSupport
import Testing

@Suite("Scopes of API keys")
struct ScopeTests {
    @Test("Without the required scope, a request is rejected with the scope's name, and nothing changes", arguments: DocumentedCall.all)
    func missing(_ call: DocumentedCall) async throws {
        try await TestServer.run { server in
            let needed = try #require(Scope(rawValue: call.scope))
            let key = try await server.backend.makeAccount("alice", scopes: Set(Scope.allCases).subtracting([needed]))
            try await server.makeDocumented(admin: "alice")
            let before = try await server.everything()
            for namespace in [nil, "alice"] {
                let response = try await server.send(call.method, call.path.text(in: namespace), as: .bearer(key), body: call.body)
                #expect(response.status == 403)
                #expect(call.method == "HEAD" || response.error?.contains("'\(call.scope)'") == true)
            }
            #expect(try await server.everything() == before)
        }
    }

    @Test("The required scope alone is sufficient for a request", arguments: DocumentedCall.all)
    func sufficient(_ call: DocumentedCall) async throws {
        try await TestServer.run { server in
            let key = try await server.backend.makeAccount("alice", scopes: [try #require(Scope(rawValue: call.scope))])
            try await server.makeDocumented(admin: "alice")
            let response = try await server.send(call.method, call.path.text(), as: .bearer(key), body: call.body)
            #expect(response.status == call.statusForAlice, "\(response.text)")
        }
    }

    @Test("Administrators also need the scope for administrative requests")
    func administrator() async throws {
        try await TestServer.run { server in
            let path = TestServer.registries + "registry.example/"
            for (scopes, status) in [(Set(Scope.allCases).subtracting([.accountAdmin]), 403), ([.accountAdmin], 202)] {
                let key = try await server.backend.makeAdministratorKey(scopes: scopes)
                let response = try await server.send("PATCH", path, as: .bearer(key), body: #"{"is_trusted": true}"#)
                #expect(response.status == status)
                #expect(status == 202 || response.error == "The API key lacks the scope 'account:admin': use a key that has it")
            }
        }
    }
}

extension DocumentedCall {
    /// Her own namespace is empty, so that a repository or an action is not found after the lookup. She is an admin of the
    /// organization.
    fileprivate var statusForAlice: Int {
        switch (path.resource, path.item, method) {
        // A scope alone does not make an administrator.
        case ("registry", _, "PATCH"), ("user", _, _): 403
        case ("verification", _, _), ("repository", .some, _), ("registry", .some, _), ("action", .some, _), ("apikey", .some, _): 404
        case ("service", .some, _), ("agent", .some, "GET"), ("agent", .some, "HEAD"), ("agent", .some, "DELETE"): 404
        case (_, _, "DELETE"): 204
        case (_, _, "POST"): 201
        case (_, _, "PATCH"): 202
        default: 200
        }
    }
}
