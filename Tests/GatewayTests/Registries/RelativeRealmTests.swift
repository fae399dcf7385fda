import TestSupport
import Testing

/// https://www.rfc-editor.org/rfc/rfc3986#section-5.2
@Suite("Token realms that are relative")
struct RelativeRealmTests {
    private static let realms = ["/token", "//AUTHORITY/token", "/a/../token", "/token?a=b", "http://AUTHORITY/token"]

    /// A registry with a realm of its own, whose tokens it takes.
    private func run(_ realm: String, isHinted: Bool, _ body: (House) async throws -> Void) async throws {
        var conduct = House.conduct
        conduct.users = [:]
        conduct.respond = RegistryScene.accepting
        try await House.run(conduct) { house in
            let challenge = RegistryReply.challenge(
                #"Bearer realm="\#(realm.replacing("AUTHORITY", with: house.registry.authority))",service="a""#)
            house.registry.intercept { request in
                switch request.path {
                case "/token": request.authorization == Canary.authorization ? .json(200, #"{"token":"abc","expires_in":300}"#) : .html(401)
                case "/v2/": isHinted ? challenge : .json(200, "{}")
                default: request.authorization == "Bearer abc" ? nil : challenge
                }
            }
            try await body(house)
        }
    }

    @Test("A realm is resolved against the URL of the request", arguments: realms, [true, false])
    func resolved(_ realm: String, _ isHinted: Bool) async throws {
        try await run(realm, isHinted: isHinted) { (house: House) async throws in
            for (method, resource) in [("GET", "manifests/v1"), ("HEAD", "blobs/\(Sample.blobDigest)"), ("GET", "tags/list")] {
                let response = try await house.send(method, resource)
                #expect(response.status == 200, "\(response.text)")
            }
            #expect(try await house.push() == [202, 202, 201])
            #expect(try await house.pushManifest().status == 201)
            let count = house.registry.requests.count { $0.path == "/token" }
            if realm.hasSuffix("a=b") { #expect(house.registry.requests.contains { $0.target.hasPrefix("/token?a=b&service=a&") }) }
            #expect(count == 2, "one token for pulls and one for pushes")
        }
    }

    @Test("A realm without a scheme on another host is refused like any other", arguments: [true, false])
    func foreign(_ isHinted: Bool) async throws {
        try await FaultyRegistry.run { other in
            try await run("//\(other.authority)/token", isHinted: isHinted) { (house: House) async throws in
                for (method, resource) in [("GET", "blobs/\(Sample.blobDigest)"), ("POST", "blobs/uploads/")] {
                    let response = try await house.send(method, resource)
                    #expect(
                        response.status == 403 && response.message.contains("--realm http://\(other.authority)/token"), "\(response.text)")
                }
                #expect(other.openings.isEmpty && house.registry.authorizations.isEmpty)
            }
        }
    }

    @Test("A relative realm that is another than the pinned one is refused")
    func pinned() async throws {
        try await run("/token", isHinted: true) { (house: House) async throws in
            try await house.approve(realm: "http://\(house.registry.authority)/other")
            #expect(try await house.send("GET", "blobs/\(Sample.blobDigest)").status == 403)
            #expect(house.registry.authorizations.isEmpty)
        }
    }
}
