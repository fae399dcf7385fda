import Domain
import NIOHTTP1
import TestSupport
import Testing

@Suite("Uploads started without authentication")
struct AnonymousUploadTests {
    private static let uploads = "/v2/team/image/blobs/uploads/"

    /// Runs a registry that accepts anonymous requests with these methods.
    private func run(
        _ scheme: RegistryScheme, anonymous methods: Set<String>, _ body: (RegistryScene) async throws -> Void
    ) async throws {
        try await RegistryScene.run(scheme) { scene in
            scene.registry.intercept { request in
                guard request.authorization == nil, methods.contains(request.method) else { return nil }
                switch (request.method, request.path) {
                case ("GET", "/v2/"): return .json(200, "{}")
                case ("POST", Self.uploads): return .answer(status: 202, headers: ["Location": "\(Self.uploads)1?_state=s"])
                case ("GET", "\(Self.uploads)1"): return .answer(status: 204, headers: ["Range": "0-0"])
                default: return nil
                }
            }
            scene.registry.set(.json(200, "{}"), for: "GET", "/v2/")
            try await body(scene)
        }
    }

    @Test("The rest of an upload is authenticated if the registry demands it", arguments: RegistryScheme.allCases)
    func rest(_ scheme: RegistryScheme) async throws {
        try await run(scheme, anonymous: ["POST"]) { (scene: RegistryScene) async throws in
            for _ in 1...3 { #expect(try await scene.fixture.push() == [202, 202, 201]) }
            // Bodies are sent once.
            #expect(scene.registry.requests.count { $0.method == "PATCH" } == 3)
            #expect(scene.registry.requests.filter { $0.method == "POST" }.allSatisfy { $0.authorization == nil })
        }
    }

    @Test("A whole blob in one request is stored", arguments: RegistryScheme.allCases)
    func whole(_ scheme: RegistryScheme) async throws {
        try await run(scheme, anonymous: ["POST"]) { (scene: RegistryScene) async throws in
            for _ in 1...2 {
                let response = try await scene.fixture.send("POST", "blobs/uploads/?digest=\(Sample.blobDigest)", body: Sample.blob)
                #expect(response.status == 201, "\(response.text)")
            }
            #expect(scene.registry.requests.filter { $0.method == "PUT" }.allSatisfy { $0.authorization != nil && $0.body == Sample.blob })
        }
    }

    @Test(
        "If only the request with the body is challenged, it fails with Retry-After and the next attempt succeeds",
        arguments: RegistryScheme.allCases)
    func again(_ scheme: RegistryScheme) async throws {
        try await run(scheme, anonymous: ["POST", "GET"]) { (scene: RegistryScene) async throws in
            let begun = try #require(try await scene.fixture.send("POST", "blobs/uploads/")["Location"])
            let response = try await scene.fixture.server.send(scene.fixture.server.request("PATCH", begun, body: Sample.blob))
            #expect(response.status == 502 && response["Retry-After"] == "1", "\(response.status) \(response.text)")
            #expect(try await scene.fixture.inspect().verification.granted.push != .no)
            for _ in 1...2 { #expect(try await scene.fixture.push() == [202, 202, 201]) }
        }
    }

    @Test("An open registry receives one request for its authentication of uploads")
    func open() async throws {
        var behavior = Fixture.behavior
        behavior.users = [:]
        behavior.respond = RegistryScene.accepting
        try await Fixture.run(behavior) { (fixture: Fixture) async throws in
            for _ in 1...3 { #expect(try await fixture.push() == [202, 202, 201]) }
            #expect(fixture.registry.requests.count { $0.method == "GET" && $0.path.hasPrefix(Self.uploads) } == 1)
            #expect(fixture.registry.authorizations.isEmpty)
        }
    }
}
