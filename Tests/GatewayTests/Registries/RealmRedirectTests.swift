import TestSupport
import Testing

@Suite("Redirects of token realms")
struct RealmRedirectTests {
    private static let blob = "blobs/\(Sample.blobDigest)"

    @Test(
        "A redirect of the realm within its origin is followed with the credential", arguments: [301, 302, 303, 307, 308],
        ["/token/", "http://AUTHORITY/token/", "//AUTHORITY/token/", "token/"])
    func sameOrigin(_ status: Int, _ location: String) async throws {
        try await RegistryScene.run(.tokens) { scene in
            let tokens = try #require(scene.tokens)
            let location = location.replacing("AUTHORITY", with: tokens.authority)
            tokens.server.set(for: "GET", "/token") { .redirect(status, to: "\(location)?\($0.query)") }
            #expect(try await scene.fixture.send("GET", Self.blob).status == 200)
            #expect(try await scene.fixture.push() == [202, 202, 201])
            let requests = tokens.server.requests
            #expect(requests.allSatisfy { $0.authorization == Canary.authorization } && requests.contains { $0.path == "/token/" })
        }
    }

    @Test("A redirect of the realm to another origin is not followed", arguments: [301, 302, 303, 307, 308])
    func elsewhere(_ status: Int) async throws {
        try await FaultyRegistry.run { other in
            try await RegistryScene.run(.tokens, gateway: TestGateway(allowances: [other.authority])) { scene in
                let tokens = try #require(scene.tokens)
                let port = tokens.authority.split(separator: ":").last ?? ""
                for location in [
                    "http://\(other.authority)/token", "//\(other.authority)/token", "https://\(tokens.authority)/token",
                    "http://localhost:\(port)/token/", "http://\(tokens.authority)@\(other.authority)/token/",
                    "http://\(scene.registry.authority)/token",
                ] {
                    tokens.server.set(for: "GET", "/token") { .redirect(status, to: "\(location)?\($0.query)") }
                    let response = try await scene.fixture.send("GET", Self.blob)
                    #expect(response.status == 502, "\(location): \(response.status) \(response.text)")
                }
                #expect(other.openings.isEmpty && !tokens.server.requests.contains { $0.path == "/token/" })
                #expect(Canary.traces(in: "\(scene.registry.requests)").isEmpty)
            }
        }
    }

    @Test("A realm that redirects too many times issues no token")
    func loop() async throws {
        try await RegistryScene.run(.tokens) { scene in
            let tokens = try #require(scene.tokens)
            for path in ["/token", "/token/"] { tokens.server.set(for: "GET", path) { .redirect(307, to: "/token/?\($0.query)") } }
            let response = try await scene.fixture.send("GET", Self.blob)
            #expect(response.status == 502, "\(response.status) \(response.text)")
            #expect(tokens.server.requests.count <= 7)
        }
    }
}
