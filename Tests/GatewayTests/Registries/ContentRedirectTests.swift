import NIOHTTP1
import TestSupport
import Testing

@Suite("Redirects of manifests, lists and blobs")
struct ContentRedirectTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let method: String
        let resource: String
        let reply: RegistryReply
        /// A part of the body of a successful response.
        let text: String

        var path: String { "/v2/team/image/\(resource)" }
        var testDescription: String { "\(method) \(resource.prefix(20))" }
    }

    private static let manifest = String(decoding: Sample.manifest, as: UTF8.self)
    private static let blob = RegistryReply.answer(status: 200, body: Sample.blob)
    private static let tags = RegistryReply.json(200, #"{"name":"team/image","tags":["moved"]}"#)
    private static let referrers = RegistryReply.json(200, #"{"schemaVersion":2,"manifests":[{"digest":"moved"}]}"#)

    private static let rows = [
        Row(method: "GET", resource: "manifests/v1", reply: Sample.manifestReply(), text: manifest),
        Row(method: "GET", resource: "manifests/\(Sample.manifestDigest)", reply: Sample.manifestReply(), text: manifest),
        Row(method: "HEAD", resource: "manifests/v1", reply: Sample.manifestReply(), text: ""),
        Row(method: "HEAD", resource: "manifests/\(Sample.manifestDigest)", reply: Sample.manifestReply(), text: ""),
        Row(method: "GET", resource: "tags/list", reply: tags, text: "moved"),
        Row(method: "GET", resource: "referrers/\(Sample.manifestDigest)", reply: referrers, text: "moved"),
        Row(method: "GET", resource: "blobs/\(Sample.blobDigest)", reply: blob, text: String(decoding: Sample.blob, as: UTF8.self)),
        Row(method: "HEAD", resource: "blobs/\(Sample.blobDigest)", reply: blob, text: ""),
    ]

    /// Manifests by tag are resolved with a HEAD.
    private static func set(_ reply: RegistryReply, _ path: String, at registry: FaultyRegistry) {
        for method in ["GET", "HEAD"] { registry.set(reply, for: method, path) }
    }

    @Test("A redirect to another origin is followed without any credential", arguments: rows, [301, 302, 303, 307, 308])
    func elsewhere(_ row: Row, _ status: Int) async throws {
        try await FaultyRegistry.run { store in
            Self.set(row.reply, "/bucket/content", at: store)
            try await Fixture.run(gateway: TestGateway(allowances: [store.authority])) { fixture in
                let location = "http://\(store.authority)/bucket/content?signature=a%2Fb|c"
                Self.set(.redirect(status, to: location), row.path, at: fixture.registry)
                let response = try await fixture.send(row.method, row.resource)
                #expect(response.status == 200 && response["Location"] == nil, "\(response.text)")
                #expect(row.text.isEmpty || response.text.contains(row.text), "\(response.text)")
                #expect(!store.requests.isEmpty && store.requests.allSatisfy { $0.target == "/bucket/content?signature=a%2Fb%7Cc" })
                #expect(store.authorizations.isEmpty)
                #expect(Canary.traces(in: "\(store.requests)").isEmpty)
            }
        }
    }

    @Test("A redirect within the origin keeps the credential", arguments: rows, RegistryScheme.allCases)
    func sameOrigin(_ row: Row, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { scene in
            for method in ["GET", "HEAD"] {
                scene.respond(method, row.path) { _ in .redirect(307, to: "/content/1?a=b") }
                scene.respond(method, "/content/1") { _ in row.reply }
            }
            let response = try await scene.fixture.send(row.method, row.resource)
            #expect(response.status == 200 && response["Location"] == nil, "\(response.text)")
            #expect(row.text.isEmpty || response.text.contains(row.text), "\(response.text)")
            #expect(scene.registry.requests.filter { $0.path == "/content/1" }.allSatisfy { $0.authorization != nil })
        }
    }

    @Test("After a redirect through another origin, the credential is not sent again")
    func andBack() async throws {
        try await FaultyRegistry.run { store in
            try await Fixture.run(gateway: TestGateway(allowances: [store.authority])) { (fixture: Fixture) async throws in
                fixture.registry.set(.redirect(to: "http://\(store.authority)/1"), for: "GET", "/v2/team/image/tags/list")
                store.set(.redirect(to: "http://\(fixture.registry.authority)/2"), for: "GET", "/1")
                fixture.registry.set(Self.tags, for: "GET", "/2")
                #expect(try await fixture.send("GET", "tags/list").status == 200)
                #expect(store.authorizations.isEmpty)
                #expect(fixture.registry.requests.last?.path == "/2" && fixture.registry.requests.last?.authorization == nil)
            }
        }
    }

    private static let spellings: [(String, @Sendable (String) -> String)] = [
        ("a path", { _ in "/content/1" }), ("no scheme", { "//\($0)/content/1" }), ("an absolute URL", { "http://\($0)/content/1" }),
        ("an upper-case scheme", { "HTTP://\($0)/content/1" }), ("dots", { _ in "../../../../content/1" }),
        ("dots in a path", { "http://\($0)/a/./b/../../content/1" }),
    ]

    @Test("A location is resolved against the URL of the request", arguments: spellings.map(\.0), ["tags/list", "manifests/v1"])
    func resolution(_ name: String, _ resource: String) async throws {
        let location = try #require(Self.spellings.first { $0.0 == name }).1
        let row = try #require(Self.rows.first { $0.resource == resource })
        try await Fixture.run { fixture in
            Self.set(.redirect(to: location(fixture.registry.authority)), row.path, at: fixture.registry)
            Self.set(row.reply, "/content/1", at: fixture.registry)
            let response = try await fixture.send("GET", resource)
            #expect(response.status == 200 && response.text.contains(row.text), "\(response.text)")
        }
    }

    @Test("Five redirects are followed, and six are not", arguments: rows, [(5, 200), (6, 502), (1000, 502)])
    func many(_ row: Row, _ limit: (count: Int, status: Int)) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            Self.set(.redirect(to: "/hop/1"), row.path, at: fixture.registry)
            let count = min(limit.count, 10)
            for hop in 1..<count { Self.set(.redirect(to: "/hop/\(hop + 1)"), "/hop/\(hop)", at: fixture.registry) }
            Self.set(limit.count > 10 ? .redirect(to: "/hop/1") : row.reply, "/hop/\(count)", at: fixture.registry)
            #expect(try await fixture.send(row.method, row.resource).status == limit.status)
            #expect(
                fixture.registry.lines.contains { $0.hasSuffix("/hop/5") } && !fixture.registry.lines.contains { $0.hasSuffix("/hop/6") })
        }
    }

    @Test("A redirect into a private network, or to a URL other than http, is refused", arguments: rows)
    func refused(_ row: Row) async throws {
        try await FaultyRegistry.run { store in
            try await Fixture.run { fixture in
                for location in [
                    "http://\(store.authority)/a", "http://169.254.169.254/latest", "http://10.0.0.1/a", "//192.168.1.1/a",
                    "ftp://127.0.0.1/a",
                    "http://user@\(fixture.registry.authority)/a", "http://0x7f.1/a", "file:///etc/passwd", "",
                ] {
                    Self.set(.redirect(to: location), row.path, at: fixture.registry)
                    let response = try await fixture.send(row.method, row.resource)
                    #expect([403, 502].contains(response.status), "\(location): \(response.status)")
                }
                #expect(store.openings.isEmpty)
            }
        }
    }

    @Test(
        "A redirect from https to http is refused", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"),
        arguments: rows)
    func downgrade(_ row: Row) async throws {
        try await TemporaryDirectory.with { folder in
            let certificate = try await RegistryCertificate.signed(in: folder)
            try await FaultyRegistry.run { store in
                Self.set(row.reply, "/content", at: store)
                try await Fixture.run(speaking: .https(certificate), gateway: TestGateway(allowances: [store.authority])) { fixture in
                    try await fixture.trust(certificate)
                    for location in ["http://\(store.authority)/content", "http://\(fixture.registry.authority)/content"] {
                        Self.set(.redirect(to: location), row.path, at: fixture.registry)
                        let response = try await fixture.send(row.method, row.resource)
                        #expect([403, 502].contains(response.status), "\(location): \(response.status)")
                    }
                    #expect(store.openings.isEmpty)
                }
            }
        }
    }

    @Test("The digest of a manifest is verified after a redirect", arguments: ["v1", Sample.manifestDigest])
    func digest(_ reference: String) async throws {
        try await FaultyRegistry.run { store in
            Self.set(Sample.manifestReply(Sample.flipped(Sample.manifest)), "/content", at: store)
            try await Fixture.run(gateway: TestGateway(allowances: [store.authority])) { fixture in
                Self.set(.redirect(to: "http://\(store.authority)/content"), "/v2/team/image/manifests/\(reference)", at: fixture.registry)
                let response = try await fixture.send("GET", "manifests/\(reference)")
                #expect(response.status == 502, "\(response.status) \(response.text)")
            }
        }
    }

    @Test("Pushes are not redirected", arguments: [301, 302, 303, 307, 308], RegistryScheme.allCases)
    func pushes(_ status: Int, _ scheme: RegistryScheme) async throws {
        try await FaultyRegistry.run { store in
            try await RegistryScene.run(scheme, gateway: TestGateway(allowances: [store.authority])) { scene in
                let begun = try #require(try await scene.fixture.send("POST", "blobs/uploads/")["Location"])
                let (base, fixture) = ("/v2/team/image", scene.fixture)
                for location in ["http://\(store.authority)/x", "/x"] {
                    for (method, path) in [
                        ("POST", "blobs/uploads/"), ("PATCH", "blobs/uploads/1"), ("PUT", "blobs/uploads/1"), ("PUT", "manifests/v2"),
                    ] {
                        scene.registry.set(.redirect(status, to: location), for: method, "\(base)/\(path)")
                    }
                    let statuses = [
                        try await fixture.send("POST", "blobs/uploads/").status, try await fixture.pushManifest().status,
                        try await fixture.server.send(fixture.server.request("PATCH", begun, body: Sample.blob)).status,
                        try await fixture.server.send(
                            fixture.server.request("PUT", "\(begun)?digest=\(Sample.blobDigest)", body: Sample.blob)
                        ).status,
                    ]
                    #expect(statuses == [502, 502, 502, 502], "\(location)")
                }
                #expect(store.openings.isEmpty && !scene.registry.requests.contains { $0.path == "/x" })
            }
        }
    }
}
