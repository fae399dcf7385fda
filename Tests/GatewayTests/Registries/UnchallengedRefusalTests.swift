import NIOHTTP1
import TestSupport
import Testing

@Suite("401 without a challenge")
struct UnchallengedRefusalTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: RegistryReply
    }

    private static let refusals = [
        Refusal(testDescription: "an error document", reply: .error(401, "UNAUTHORIZED", "no")),
        Refusal(testDescription: "a page", reply: .html(401)), Refusal(testDescription: "nothing", reply: .answer(status: 401)),
    ]

    private static let calls = [
        ("GET", "manifests/v1"), ("GET", "manifests/\(Sample.manifestDigest)"), ("GET", "blobs/\(Sample.blobDigest)"), ("GET", "tags/list"),
        ("GET", "referrers/\(Sample.manifestDigest)"), ("POST", "blobs/uploads/"), ("PUT", "manifests/v1"),
    ]

    @Test("401 without a challenge becomes 403, for pulls and pushes", arguments: refusals, RegistryScheme.allCases)
    func refused(_ refusal: Refusal, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { scene in
            for (method, resource) in Self.calls {
                for each in [method, "HEAD"] { scene.registry.set(refusal.reply, for: each, "/v2/team/image/\(resource)") }
                let response = try await scene.fixture.send(method, resource, body: method == "PUT" ? Sample.manifest : nil)
                #expect(response.status == 403 && response.code == "DENIED", "\(method) \(resource): \(response.status) \(response.text)")
            }
        }
    }

    @Test("401 without a challenge to every request, also to /v2/, becomes 403", arguments: refusals)
    func everywhere(_ refusal: Refusal) async throws {
        try await RegistryScene.run(.basic) { scene in
            scene.registry.intercept { _ in refusal.reply }
            for (method, resource) in Self.calls {
                let response = try await scene.fixture.send(method, resource, body: method == "PUT" ? Sample.manifest : nil)
                #expect(response.status == 403 && response.code == "DENIED", "\(method) \(resource): \(response.status) \(response.text)")
            }
        }
    }

    @Test("401 without a challenge becomes 403 if no credential is stored", arguments: refusals)
    func anonymous(_ refusal: Refusal) async throws {
        try await RegistryScene.run(.basic) { scene in
            try await scene.fixture.register("team/other", nil, nil)
            scene.registry.intercept { $0.path == "/v2/" ? .json(200, "{}") : refusal.reply }
            let response = try await scene.fixture.send("GET", "blobs/\(Sample.blobDigest)", of: "team/other")
            #expect(response.status == 403 && response.code == "DENIED", "\(response.status) \(response.text)")
            #expect(scene.registry.authorizations.isEmpty)
        }
    }
}
