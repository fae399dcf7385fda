import Domain
import TestSupport
import Testing

@Suite("What a key may be used for")
struct ScopeTests {
    @Test("Without its scope a call is refused, the scope is named, and nothing changes", arguments: DocumentedCall.all)
    func missing(_ call: DocumentedCall) async throws {
        try await TestServer.run { server in
            let needed = try #require(Scope(rawValue: call.scope))
            let key = try await server.backend.makeAccount("alice", scopes: Set(Scope.allCases).subtracting([needed]))
            let before = try await server.everything()
            for namespace in [nil, "alice"] {
                let response = try await server.send(call.method, call.path.text(in: namespace), as: .bearer(key), body: call.body)
                #expect(response.status == 403)
                #expect(call.method == "HEAD" || response.error?.contains("'\(call.scope)'") == true)
            }
            #expect(try await server.everything() == before)
        }
    }

    @Test("Its scope alone suffices for a call", arguments: DocumentedCall.all)
    func sufficient(_ call: DocumentedCall) async throws {
        try await TestServer.run { server in
            let key = try await server.backend.makeAccount("alice", scopes: [try #require(Scope(rawValue: call.scope))])
            let response = try await server.send(call.method, call.path.text(), as: .bearer(key), body: call.body)
            // There is nothing in the namespace yet, so that an item is not found: after it was looked for.
            #expect(response.status == (call.path.item == nil ? (call.method == "POST" ? 201 : 200) : 404))
        }
    }
}
