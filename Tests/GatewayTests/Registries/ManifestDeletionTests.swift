import Gateway
import TestSupport
import Testing

@Suite("Removal of cached manifests")
struct ManifestDeletionTests {
    private static let resource = "manifests/\(Sample.manifestDigest)"
    private static let path = "/v2/team/image/\(resource)"
    private static let deleting = TestGateway(options: .init(allowsDeletion: true))

    /// The number of requests for the manifest by its digest at the registry.
    private static func count(_ scene: RegistryScene) -> Int {
        scene.fixture.requestLines.count { $0 == "GET \(path)" || $0 == "HEAD \(path)" }
    }

    private static func cache(_ scene: RegistryScene) async throws {
        for _ in 1...2 { #expect(try await scene.fixture.send("GET", resource).status == 200) }
        #expect(count(scene) == 1)
    }

    @Test(
        "A deletion removes the cached manifest, even if the registry no longer stores it", arguments: [200, 202, 204, 404],
        RegistryScheme.allCases)
    func deleted(_ status: Int, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme, gateway: Self.deleting) { scene in
            try await Self.cache(scene)
            scene.respond("DELETE", Self.path) { _ in
                status == 404 ? .error(404, "MANIFEST_UNKNOWN", "none") : .answer(status: status)
            }
            #expect(try await scene.fixture.send("DELETE", Self.resource).status == (status == 404 ? 404 : 202))
            for method in ["GET", "HEAD"] { scene.respond(method, Self.path) { _ in .error(404, "MANIFEST_UNKNOWN", "none") } }
            for method in ["GET", "HEAD"] { #expect(try await scene.fixture.send(method, Self.resource).status == 404) }
            #expect(Self.count(scene) >= 3)
        }
    }

    @Test(
        "A deletion removes the manifest from the cache for all namespaces", arguments: [202, 404], RegistryScheme.allCases)
    func otherNamespace(_ status: Int, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme, gateway: Self.deleting) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            try await fixture.backend.makeOrganization()
            try await fixture.register(Fixture.image, Canary.username, Canary.password, in: "acme")
            let names = [fixture.name(), "acme/\(fixture.name())"]
            for name in names {
                for _ in 1...2 { #expect(try await fixture.server.send("GET", "/v2/\(name)/\(Self.resource)").status == 200) }
            }
            #expect(Self.count(scene) == 2)
            scene.respond("DELETE", Self.path) { _ in .answer(status: status) }
            #expect(try await fixture.server.send("DELETE", "/v2/\(names[1])/\(Self.resource)").status == status)
            for method in ["GET", "HEAD"] { scene.respond(method, Self.path) { _ in .error(404, "MANIFEST_UNKNOWN", "none") } }
            for name in names {
                for method in ["GET", "HEAD"] {
                    #expect(try await fixture.server.send(method, "/v2/\(name)/\(Self.resource)").status == 404, "\(method) \(name)")
                }
            }
        }
    }

    @Test("A deleted manifest can be pushed and pulled again")
    func pushedAgain() async throws {
        try await RegistryScene.run(.basic, gateway: Self.deleting) { scene in
            try await Self.cache(scene)
            #expect(try await scene.fixture.send("DELETE", Self.resource).status == 202)
            #expect(try await scene.fixture.pushManifest(Sample.manifestDigest).status == 201)
            #expect(try await scene.fixture.send("GET", Self.resource).body == Sample.manifest)
        }
    }

    @Test("A refused deletion keeps the cached manifest", arguments: [405, 429, 500])
    func refused(_ status: Int) async throws {
        try await RegistryScene.run(.basic, gateway: Self.deleting) { scene in
            try await Self.cache(scene)
            scene.respond("DELETE", Self.path) { _ in .error(status, "UNSUPPORTED", "no") }
            #expect(try await scene.fixture.send("DELETE", Self.resource).status >= 400)
            #expect(try await scene.fixture.send("GET", Self.resource).status == 200)
            #expect(Self.count(scene) == 1)
        }
    }

    @Test("A deletion keeps the cached manifest of another repository")
    func otherRepository() async throws {
        try await RegistryScene.run(.basic, gateway: Self.deleting) { scene in
            try await scene.fixture.register("team/other", Canary.username, Canary.password)
            try await Self.cache(scene)
            #expect(try await scene.fixture.send("GET", Self.resource, of: "team/other").status == 200)
            #expect(try await scene.fixture.send("DELETE", Self.resource).status == 202)
            let count = scene.registry.requests.count
            #expect(try await scene.fixture.send("GET", Self.resource, of: "team/other").status == 200)
            #expect(scene.registry.requests.count == count)
        }
    }

    /// Requests another media type, so that the registry responds and shows that the manifest is absent.
    private static func refuse(_ status: Int, _ scene: RegistryScene) async throws {
        for method in ["GET", "HEAD"] { scene.registry.set(.error(status, "DENIED", "no"), for: method, path) }
        #expect(try await scene.fixture.send("GET", resource, [("Accept", "text/plain")]).status >= 400)
    }

    @Test("A refusal of the manifest removes it from the cache", arguments: [401, 403, 404], RegistryScheme.allCases)
    func withdrawn(_ status: Int, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { scene in
            try await Self.cache(scene)
            try await Self.refuse(status, scene)
            #expect(try await scene.fixture.send("GET", Self.resource).status == (status == 404 ? 404 : 403))
        }
    }

    @Test(
        "If HEAD is inconclusive, a GET checks the access to a cached manifest", arguments: [403, 404],
        RegistryScheme.allCases)
    func checkedWithGet(_ status: Int, _ scheme: RegistryScheme) async throws {
        for head in [RegistryReply.hangUp, .html(405), .html(500)] {
            var gateway = TestGateway()
            gateway.accessLifetime = .zero
            try await RegistryScene.run(scheme, gateway: gateway) { scene in
                #expect(try await scene.fixture.send("GET", Self.resource).status == 200)
                scene.respond("HEAD", Self.path) { _ in head }
                scene.respond("GET", Self.path) { _ in .error(status, "DENIED", "no") }
                try await scene.fixture.wait { try await scene.fixture.send("GET", Self.resource).status == status }
            }
        }
    }

    @Test("If HEAD and GET are inconclusive, the cached manifest is kept", arguments: [429, 500])
    func uncheckable(_ status: Int) async throws {
        var gateway = TestGateway()
        gateway.accessLifetime = .zero
        try await RegistryScene.run(.basic, gateway: gateway) { scene in
            #expect(try await scene.fixture.send("GET", Self.resource).status == 200)
            let count = Self.count(scene)
            for method in ["GET", "HEAD"] { scene.respond(method, Self.path) { _ in .html(status) } }
            #expect(try await scene.fixture.send("GET", Self.resource).status == 200)
            try await scene.fixture.wait { Self.count(scene) >= count + (status == 429 ? 1 : 2) }
            #expect(try await scene.fixture.send("GET", Self.resource).status == 200)
        }
    }

    @Test("A failure of the registry keeps the cached manifest", arguments: [429, 500, 503])
    func failure(_ status: Int) async throws {
        try await RegistryScene.run(.basic) { scene in
            try await Self.cache(scene)
            try await Self.refuse(status, scene)
            let count = Self.count(scene)
            #expect(try await scene.fixture.send("GET", Self.resource).status == 200)
            #expect(Self.count(scene) == count)
        }
    }

    @Test(
        "A refusal of another resource of the repository removes the cached manifest", arguments: [401, 403],
        ["tags/list", "blobs/\(Sample.blobDigest)", "manifests/v1"])
    func elsewhere(_ status: Int, _ resource: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            try await Self.cache(scene)
            for method in ["GET", "HEAD"] {
                for path in ["/v2/team/image/\(resource)", Self.path] {
                    scene.registry.set(.error(status, "DENIED", "no"), for: method, path)
                }
            }
            #expect(try await scene.fixture.send("GET", resource).status == 403)
            #expect(try await scene.fixture.send("GET", Self.resource).status == 403)
        }
    }
}
