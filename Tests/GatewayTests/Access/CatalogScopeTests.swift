import Domain
import TestSupport
import Testing

@Suite("The scope of the catalogue") struct CatalogScopeTests {
    private func token(_ fixture: Fixture, _ scope: String, as authorization: Authorization = .administrator) async throws -> Authorization
    {
        let response = try await fixture.server.send("GET", "/token?service=x&scope=\(scope)", as: authorization)
        return .field("Bearer \(response.member("token") ?? "none")")
    }

    @Test("A token for a repository does not list the catalogue; the challenge names the required scope") func challenge() async throws {
        try await Fixture.run { fixture in
            for scope in ["repository:\(fixture.name()):pull", "registry:catalog:pull", "registry:other:*", "repository:catalog:*"] {
                let response = try await fixture.server.send("GET", "/v2/_catalog", as: try await token(fixture, scope))
                #expect(response.status == 401 && response.challenge["error"] == "insufficient_scope", "\(scope)")
                #expect(response.challenge["scope"] == "registry:catalog:*" && !response.text.contains("team/image"))
            }
            let anonymous = try await fixture.server.send("GET", "/v2/_catalog", as: .nobody)
            #expect(anonymous.status == 401 && anonymous.challenge["scope"] == "registry:catalog:*" && anonymous.challenge["error"] == nil)
        }
    }

    @Test("A token with the catalogue scope lists the catalogue and covers no repository; an API key needs no scope") func listing()
        async throws
    {
        try await Fixture.run { fixture in
            let token = try await token(fixture, "registry:catalog:*")
            let list = "{\"repositories\":[\"\(fixture.name())\"]}"
            #expect(try await fixture.server.send("GET", "/v2/_catalog", as: token).text == list)
            #expect(try await fixture.server.send("GET", "/v2/_catalog").text == list)
            #expect(try await fixture.server.send("GET", "/v2/_catalog", as: .bearer(fixture.backend.key)).text == list)
            #expect(try await fixture.send("GET", "manifests/v1", as: token).status == 401)
            let both = try await self.token(fixture, "registry:catalog:*&scope=repository:\(fixture.name()):pull")
            #expect(try await fixture.server.send("GET", "/v2/_catalog", as: both).text == list)
            #expect(try await fixture.send("GET", "manifests/v1", as: both).status == 200)
        }
    }

    @Test("A key without the right to pull receives no catalogue token, and the error names the missing right") func withoutRight()
        async throws
    {
        try await Fixture.run { fixture in
            let key = try await fixture.backend.makeAdministratorKey(scopes: [.repositoryRead])
            let response = try await fixture.server.send(
                "GET", "/v2/_catalog", as: try await token(fixture, "registry:catalog:*", as: .bearer(key)))
            #expect(response.status == 403 && response.text.contains("lacks the scope 'pull'"), "\(response.status) \(response.text)")
        }
    }
}
