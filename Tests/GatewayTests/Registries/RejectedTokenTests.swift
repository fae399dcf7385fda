import Domain
import NIOHTTP1
import TestSupport
import Testing

@Suite("Tokens that a registry rejects during an upload")
struct RejectedTokenTests {
    private static let uploads = "/v2/team/image/blobs/uploads/"

    /// Runs an upload that was started with a token that the registry has revoked since.
    private func run(_ error: String?, _ body: (RegistryScene, String) async throws -> Void) async throws {
        try await RegistryScene.run(.tokens) { (scene: RegistryScene) async throws in
            let tokens = try #require(scene.tokens)
            scene.respond("POST", Self.uploads) { _ in .answer(status: 202, headers: ["Location": "\(Self.uploads)1"]) }
            // The scheme for the rest of an upload is cached.
            #expect(try await scene.fixture.push() == [202, 202, 201])
            let begun = try #require(try await scene.fixture.send("POST", "blobs/uploads/")["Location"])
            let rejected = Set(tokens.tokens.map { "Bearer \($0)" })
            scene.registry.intercept { request in
                guard request.path != "/v2/", let token = request.authorization, rejected.contains(token) else { return nil }
                return .challenge(tokens.challenge(error: error))
            }
            try await body(scene, begun)
        }
    }

    @Test("An upload is completed with a new token if its last request has no body", arguments: ["invalid_token", nil])
    func end(_ error: String?) async throws {
        try await run(error) { scene, begun in
            let request = scene.fixture.server.request("PUT", "\(begun)?digest=\(Sample.blobDigest)", [("Content-Length", "0")])
            let response = try await scene.fixture.server.send(request)
            #expect(response.status == 201, "\(response.status) \(response.text)")
            #expect(try await scene.fixture.inspect().verification.granted.push == .yes)
        }
    }

    @Test(
        "A request with a body is not repeated: it fails temporarily, and succeeds when the client repeats it",
        arguments: ["invalid_token", nil])
    func body(_ error: String?) async throws {
        try await run(error) { scene, begun in
            let request = scene.fixture.server.request("PATCH", begun, body: Sample.blob)
            let failed = try await scene.fixture.server.send(request)
            #expect(failed.status == 502 && failed["Retry-After"] == "1", "\(failed.status) \(failed.text)")
            #expect(try await scene.fixture.inspect().verification.granted.push == .yes)
            let response = try await scene.fixture.server.send(request)
            #expect(response.status == 202, "\(response.status) \(response.text)")
        }
    }
}
