import Domain
import TestSupport
import Testing

@Suite("Refusals by redirect targets")
struct RedirectRefusalTests {
    private static let base = "/v2/team/image"
    private static let resources = [
        ("GET", "manifests/v1"), ("GET", "manifests/\(Sample.manifestDigest)"), ("HEAD", "manifests/v1"),
        ("GET", "blobs/\(Sample.blobDigest)"), ("HEAD", "blobs/\(Sample.blobDigest)"), ("GET", "tags/list"),
        ("GET", "referrers/\(Sample.manifestDigest)"),
    ]

    /// Runs a gateway with a registry that redirects this resource to an allowed blob store.
    private func run(
        _ scheme: RegistryScheme, _ resource: String, _ body: (RegistryScene, FaultyRegistry) async throws -> Void
    ) async throws {
        try await FaultyRegistry.run { store in
            try await RegistryScene.run(scheme, gateway: TestGateway(allowances: [store.authority])) { scene in
                for method in ["GET", "HEAD"] {
                    scene.respond(method, "\(Self.base)/\(resource)") { _ in
                        .redirect(307, to: "http://\(store.authority)/content?signature=a")
                    }
                }
                try await body(scene, store)
            }
        }
    }

    private static let refusals = [
        RegistryReply.html(403), .error(403, "DENIED", "the signature is over"), .challenge(#"Basic realm="store""#), .challenge(),
    ]

    @Test(
        "A refusal by the host of a redirect is 502, names the host and shows nothing about the credential", arguments: resources,
        RegistryScheme.allCases)
    func refused(_ request: (method: String, resource: String), _ scheme: RegistryScheme) async throws {
        try await run(scheme, request.resource) { scene, store in
            #expect(try await scene.fixture.send("GET", "blobs/\(Sample.blobDigest)").status < 600)
            let before = try await scene.fixture.inspect().verification
            for refusal in Self.refusals {
                for method in ["GET", "HEAD"] { store.set(refusal, for: method, "/content") }
                let response = try await scene.fixture.send(request.method, request.resource)
                #expect(response.status == 502 && response["Retry-After"] == nil, "\(response.status) \(response.text)")
                if request.method == "GET" {
                    #expect(
                        response.code == "UNKNOWN"
                            && response.message.hasPrefix(
                                "\(store.authority), to which \(scene.registry.authority) redirects, responded with an error (40"),
                        "\(response.message)")
                }
                let after = try await scene.fixture.inspect().verification
                #expect(after.granted == before.granted && after.state == before.state && after.reason == before.reason)
            }
            #expect(store.authorizations.isEmpty)
            #expect(Set(scene.fixture.upstreamErrors.keys) == ["failed"])
        }
    }

    @Test(
        "A refusal by the registry itself, also after a redirect within its origin, withdraws the grant",
        arguments: RegistryScheme.allCases)
    func refusedByRegistry(_ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            scene.respond("GET", "\(Self.base)/blobs/\(Sample.blobDigest)") { _ in .redirect(307, to: "/content") }
            scene.respond("GET", "/content") { _ in .error(403, "DENIED", "no") }
            #expect(try await scene.fixture.send("GET", "blobs/\(Sample.blobDigest)").status == 403)
            #expect(try await scene.fixture.inspect().verification.granted.pull == .no)
        }
    }

    @Test("A cached manifest is kept after a refusal by the host of a redirect", arguments: RegistryScheme.allCases, [0, 2])
    func cached(_ scheme: RegistryScheme, _ refusal: Int) async throws {
        let blob = "blobs/\(Sample.blobDigest)"
        try await run(scheme, blob) { (scene: RegistryScene, store: FaultyRegistry) async throws in
            store.set(Self.refusals[refusal], for: "GET", "/content")
            let manifest = "manifests/\(Sample.manifestDigest)"
            #expect(try await scene.fixture.send("GET", manifest).status == 200)
            #expect(try await scene.fixture.send("GET", blob).status == 502)
            let count = scene.registry.requests.count
            #expect(try await scene.fixture.send("GET", manifest).status == 200)
            #expect(scene.registry.requests.count == count)
        }
    }

    @Test(
        "A HEAD succeeds with a URL signed for GET only", arguments: ["manifests/v1", "blobs/\(Sample.blobDigest)"],
        RegistryScheme.allCases)
    func signedForGet(_ resource: String, _ scheme: RegistryScheme) async throws {
        try await run(scheme, resource) { (scene: RegistryScene, store: FaultyRegistry) async throws in
            store.set(.html(403), for: "HEAD", "/content")
            store.set(
                resource.hasPrefix("blobs") ? .answer(status: 200, body: Sample.blob) : Sample.manifestReply(), for: "GET", "/content")
            #expect(try await scene.fixture.send("HEAD", resource).status == 200)
        }
    }
}
