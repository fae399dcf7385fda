import Domain
import TestSupport
import Testing

@Suite("The scope of the catalogue") struct CatalogScopeTests {
    private func token(_ house: House, _ scope: String, as authorization: Authorization = .administrator) async throws -> Authorization {
        let response = try await house.server.send("GET", "/token?service=x&scope=\(scope)", as: authorization)
        return .field("Bearer \(response.member("token") ?? "none")")
    }

    @Test("A token for a repository does not list the repositories; the challenge names the scope that does") func challenge() async throws
    {
        try await House.run { house in
            for scope in ["repository:\(house.name()):pull", "registry:catalog:pull", "registry:other:*", "repository:catalog:*"] {
                let response = try await house.server.send("GET", "/v2/_catalog", as: try await token(house, scope))
                #expect(response.status == 401 && response.challenge["error"] == "insufficient_scope", "\(scope)")
                #expect(response.challenge["scope"] == "registry:catalog:*" && !response.text.contains("team/image"))
            }
            let anonymous = try await house.server.send("GET", "/v2/_catalog", as: .nobody)
            #expect(anonymous.status == 401 && anonymous.challenge["scope"] == "registry:catalog:*" && anonymous.challenge["error"] == nil)
        }
    }

    @Test("A token with the scope lists them, and is good for no repository; an API key needs no scope") func listing() async throws {
        try await House.run { house in
            let token = try await token(house, "registry:catalog:*")
            let list = "{\"repositories\":[\"\(house.name())\"]}"
            #expect(try await house.server.send("GET", "/v2/_catalog", as: token).text == list)
            #expect(try await house.server.send("GET", "/v2/_catalog").text == list)
            #expect(try await house.server.send("GET", "/v2/_catalog", as: .bearer(house.backend.key)).text == list)
            #expect(try await house.send("GET", "manifests/v1", as: token).status == 401)
            let both = try await self.token(house, "registry:catalog:*&scope=repository:\(house.name()):pull")
            #expect(try await house.server.send("GET", "/v2/_catalog", as: both).text == list)
            #expect(try await house.send("GET", "manifests/v1", as: both).status == 200)
        }
    }

    @Test("A key that may not pull gets no such token, and is told what it lacks") func withoutRight() async throws {
        try await House.run { house in
            let key = try await house.backend.makeAdministratorKey(scopes: [.repositoryRead])
            let response = try await house.server.send(
                "GET", "/v2/_catalog", as: try await token(house, "registry:catalog:*", as: .bearer(key)))
            #expect(response.status == 403 && response.text.contains("lacks the scope 'pull'"), "\(response.status) \(response.text)")
        }
    }
}
