import TestSupport
import Testing

/// https://www.rfc-editor.org/rfc/rfc3986#section-5.2
@Suite("Relative token realms")
struct RelativeRealmTests {
    private static let realms = ["/token", "//AUTHORITY/token", "/a/../token", "/token?a=b", "http://AUTHORITY/token"]

    /// Runs a registry that accepts the tokens of its own realm.
    private func run(_ realm: String, isHinted: Bool, _ body: (Fixture) async throws -> Void) async throws {
        var behavior = Fixture.behavior
        behavior.users = [:]
        behavior.respond = RegistryScene.accepting
        try await Fixture.run(behavior) { fixture in
            let challenge = RegistryReply.challenge(
                #"Bearer realm="\#(realm.replacing("AUTHORITY", with: fixture.registry.authority))",service="a""#)
            fixture.registry.intercept { request in
                switch request.path {
                case "/token": request.authorization == Canary.authorization ? .json(200, #"{"token":"abc","expires_in":300}"#) : .html(401)
                case "/v2/": isHinted ? challenge : .json(200, "{}")
                default: request.authorization == "Bearer abc" ? nil : challenge
                }
            }
            try await body(fixture)
        }
    }

    @Test("A realm is resolved against the URL of the request", arguments: realms, [true, false])
    func resolved(_ realm: String, _ isHinted: Bool) async throws {
        try await run(realm, isHinted: isHinted) { (fixture: Fixture) async throws in
            for (method, resource) in [("GET", "manifests/v1"), ("HEAD", "blobs/\(Sample.blobDigest)"), ("GET", "tags/list")] {
                let response = try await fixture.send(method, resource)
                #expect(response.status == 200, "\(response.text)")
            }
            #expect(try await fixture.push() == [202, 202, 201])
            #expect(try await fixture.pushManifest().status == 201)
            let count = fixture.registry.requests.count { $0.path == "/token" }
            if realm.hasSuffix("a=b") { #expect(fixture.registry.requests.contains { $0.target.hasPrefix("/token?a=b&service=a&") }) }
            #expect(count == 2, "one token for pulls and one for pushes")
        }
    }

    @Test("A realm without a scheme on another host is refused like any other", arguments: [true, false])
    func foreign(_ isHinted: Bool) async throws {
        try await FaultyRegistry.run { other in
            try await run("//\(other.authority)/token", isHinted: isHinted) { (fixture: Fixture) async throws in
                for (method, resource) in [("GET", "blobs/\(Sample.blobDigest)"), ("POST", "blobs/uploads/")] {
                    let response = try await fixture.send(method, resource)
                    #expect(
                        response.status == 403 && response.message.contains("--realm http://\(other.authority)/token"), "\(response.text)")
                }
                #expect(other.openings.isEmpty && fixture.registry.authorizations.isEmpty)
            }
        }
    }

    @Test("A relative realm that differs from the pinned one is refused")
    func pinned() async throws {
        try await run("/token", isHinted: true) { (fixture: Fixture) async throws in
            try await fixture.approve(realm: "http://\(fixture.registry.authority)/other")
            #expect(try await fixture.send("GET", "blobs/\(Sample.blobDigest)").status == 403)
            #expect(fixture.registry.authorizations.isEmpty)
        }
    }
}
