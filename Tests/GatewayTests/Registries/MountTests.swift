import Domain
import NIOHTTP1
import Naming
import TestSupport
import Testing

/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#mounting-a-blob-from-another-repository
@Suite("Mounting blobs from other repositories")
struct MountTests {
    private static let uploads = "/v2/team/image/blobs/uploads/"
    private static let target = "repository:team/image:pull,push"
    private static let source = "repository:team/source:pull"

    /// Runs a registry that mounts blobs, or has this response to a mount.
    private static func run(
        _ scheme: RegistryScheme, tokens behavior: TokenBehavior = RegistryScene.tokenBehavior,
        mount reply: RegistryReply = .answer(status: 201),
        _ body: (RegistryScene) async throws -> Void
    ) async throws {
        try await RegistryScene.run(scheme, tokens: behavior) { scene in
            try await scene.fixture.register("team/source", Canary.username, Canary.password)
            scene.respond("POST", uploads) { request in
                request.parameter("mount") == nil ? .answer(status: 202, headers: ["Location": "\(uploads)1"]) : reply
            }
            try await body(scene)
        }
    }

    private static func mount(
        _ scene: RegistryScene, from source: String? = nil, as authorization: Authorization = .administrator
    ) async throws -> RawResponse {
        let source = source ?? scene.fixture.name("team/source")
        return try await scene.fixture.send("POST", "blobs/uploads/?mount=\(Sample.blobDigest)&from=\(source)", as: authorization)
    }

    private static func expectUpload(_ response: RawResponse, _ scene: RegistryScene) async throws {
        #expect(response.status == 202, "\(response.status) \(response.text)")
        let location = try #require(response["Location"])
        let sent = try await scene.fixture.server.send(scene.fixture.server.request("PATCH", location, body: Sample.blob))
        #expect(sent.status == 202, "\(sent.status) \(sent.text)")
        #expect(scene.registry.requests.last?.method == "PATCH" && scene.registry.requests.last?.body == Sample.blob)
    }

    @Test("A blob is mounted", arguments: RegistryScheme.allCases, [true, false])
    func mounted(_ scheme: RegistryScheme, _ isAnonymousAtFirst: Bool) async throws {
        try await Self.run(scheme) { scene in
            if isAnonymousAtFirst { scene.registry.set(.json(200, "{}"), for: "GET", "/v2/") }
            let response = try await Self.mount(scene)
            #expect(response.status == 201, "\(response.status) \(response.text)")
            #expect(response["Location"] == "/v2/\(scene.fixture.name())/blobs/\(Sample.blobDigest)")
            let last = try #require(scene.registry.requests.last)
            #expect(last.parameter("mount") == Sample.blobDigest && last.parameter("from") == "team/source")
        }
    }

    @Test("A mount requests a token for both repositories, which is used for the mount only")
    func bothScopes() async throws {
        try await Self.run(.tokens) { scene in
            let tokens = try #require(scene.tokens)
            #expect(try await Self.mount(scene).status == 201)
            #expect(tokens.scopes.map(Set.init).contains([Self.target, Self.source]), "\(tokens.scopes)")
            #expect(tokens.scopes.allSatisfy { $0.count <= 2 })
            let question = try #require(tokens.server.requests.first { $0.parameters("scope").count == 2 })
            #expect(Set(question.parameters("scope")) == [Self.target, Self.source])
            let count = scene.registry.requests.count
            #expect(try await scene.fixture.push() == [202, 202, 201])
            for request in scene.registry.requests.dropFirst(count) {
                #expect(tokens.accesses(of: request)?.map(\.repository) == ["team/image"], "\(request.line)")
            }
        }
    }

    @Test("A mount becomes an upload if the realm grants only the last scope")
    func lastScope() async throws {
        var behavior = RegistryScene.tokenBehavior
        behavior.grantsLastScopeOnly = true
        try await Self.run(.tokens, tokens: behavior) { scene in
            try await Self.expectUpload(try await Self.mount(scene), scene)
            #expect(try await scene.fixture.push() == [202, 202, 201])
        }
    }

    @Test("A mount becomes an upload if the realm refuses both scopes", arguments: [400, 401, 403])
    func refusedScopes(_ status: Int) async throws {
        try await Self.run(.tokens) { scene in
            let tokens = try #require(scene.tokens)
            tokens.server.intercept { $0.parameters("scope").count > 1 ? .error(status, "DENIED", "one scope only") : nil }
            for _ in 1...3 { try await Self.expectUpload(try await Self.mount(scene), scene) }
            #expect(try await scene.fixture.push() == [202, 202, 201])
        }
    }

    struct Answer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: RegistryReply
    }

    private static let answers = [
        Answer(testDescription: "202", reply: .answer(status: 202, headers: ["Location": "\(uploads)1"])),
        Answer(testDescription: "401", reply: .challenge(#"Basic realm="x""#)),
        Answer(testDescription: "401 without a challenge", reply: .challenge()),
        Answer(testDescription: "403", reply: .error(403, "DENIED", "no")),
        Answer(testDescription: "404", reply: .error(404, "NAME_UNKNOWN", "no")), Answer(testDescription: "405", reply: .html(405)),
    ]

    @Test("A mount becomes an upload after any response other than 201", arguments: answers, RegistryScheme.allCases)
    func notMounted(_ answer: Answer, _ scheme: RegistryScheme) async throws {
        try await Self.run(scheme, mount: answer.reply) { scene in
            try await Self.expectUpload(try await Self.mount(scene), scene)
        }
    }

    @Test(
        "An upload that the registry starts instead of a mount is passed to the client, and no second one is started",
        arguments: RegistryScheme.allCases)
    func missed(_ scheme: RegistryScheme) async throws {
        let begun = RegistryReply.answer(status: 202, headers: ["Location": "\(Self.uploads)1", "Docker-Upload-UUID": "u"])
        try await Self.run(scheme, mount: begun) { (scene: RegistryScene) async throws in
            for number in 1...2 {
                let response = try await Self.mount(scene)
                #expect(response.status == 202 && response["Docker-Upload-UUID"] == "u", "\(response.status) \(response.fields)")
                let begun = scene.registry.requests.filter { $0.method == "POST" && $0.authorization != nil }
                #expect(begun.count == number && begun.allSatisfy { $0.parameter("mount") != nil })
                let location = try #require(response["Location"])
                let sent = try await scene.fixture.server.send(
                    scene.fixture.server.request("PUT", "\(location)?digest=\(Sample.blobDigest)", body: Sample.blob))
                #expect(sent.status == 201, "\(sent.status) \(sent.text)")
                #expect(scene.registry.requests.last?.body == Sample.blob)
            }
        }
    }

    @Test("A source with another credential is not part of the token, and the mount may become an upload")
    func otherCredential() async throws {
        try await Self.run(.tokens) { scene in
            let tokens = try #require(scene.tokens)
            tokens.change { $0.users["bob"] = "bob's" }
            try await scene.fixture.register("team/other", "bob", "bob's")
            let response = try await Self.mount(scene, from: scene.fixture.name("team/other"))
            try await Self.expectUpload(response, scene)
            #expect(tokens.scopes.allSatisfy { $0.count == 1 }, "\(tokens.scopes)")
        }
    }

    private static func token(
        _ scene: RegistryScene, _ repositories: [(String, String)], as authorization: Authorization
    ) async throws -> String {
        let scopes = repositories.map { "scope=repository:\(scene.fixture.name($0.0)):\($0.1)" }.joined(separator: "&")
        return try #require(try await scene.fixture.server.send("GET", "/token?service=x&\(scopes)", as: authorization).member("token"))
    }

    private static let both = [("team/image", "pull,push"), ("team/source", "pull")]

    @Test("A client whose token lacks the source receives one challenge with both scopes", arguments: RegistryScheme.allCases)
    func challenged(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { scene in
            let (fixture, bare) = (scene.fixture, try await Self.token(scene, Array(Self.both.prefix(1)), as: .administrator))
            let response = try await Self.mount(scene, as: .field("Bearer \(bare)"))
            #expect(response.status == 401 && response.code != nil, "\(response.status) \(response.text)")
            let scopes = Set((response.challenge["scope"] ?? "").split(separator: " ").map(String.init))
            #expect(scopes == ["repository:\(fixture.name()):pull,push", "repository:\(fixture.name("team/source")):pull"])
            #expect(response.challenge["realm"] == "http://127.0.0.1/token")
            #expect(scene.registry.requests.isEmpty)
            let full = try await Self.token(scene, Self.both, as: .administrator)
            #expect(try await Self.mount(scene, as: .field("Bearer \(full)")).status == 201)
        }
    }

    @Test("A client that repeats a mount without the second scope uploads the blob; other blobs are challenged", arguments: [true, false])
    func challengedOnce(_ isSameToken: Bool) async throws {
        try await Self.run(.basic) { scene in
            let fixture = scene.fixture
            let first = try await Self.token(scene, Array(Self.both.prefix(1)), as: .administrator)
            let second = try await isSameToken ? first : Self.token(scene, Array(Self.both.prefix(1)), as: .administrator)
            #expect(try await Self.mount(scene, as: .field("Bearer \(first)")).status == 401)
            for _ in 1...2 { #expect(try await Self.mount(scene, as: .field("Bearer \(second)")).status == 202) }
            #expect(!scene.registry.requests.contains { $0.parameter("mount") != nil })
            let other = "blobs/uploads/?mount=\(Sample.manifestDigest)&from=\(fixture.name("team/source"))"
            #expect(try await fixture.send("POST", other, as: .field("Bearer \(second)")).status == 401)
            fixture.backend.clock.advance(by: 301)
            let later = try await Self.token(scene, Array(Self.both.prefix(1)), as: .administrator)
            #expect(try await Self.mount(scene, as: .field("Bearer \(later)")).status == 401)
        }
    }

    @Test("A mount becomes an upload if the client's key may not pull the source", arguments: RegistryScheme.allCases, [true, false])
    func sourceForbidden(_ scheme: RegistryScheme, _ isRequested: Bool) async throws {
        try await Self.run(scheme) { scene in
            let pattern = try RepositoryPattern(parsing: "\(scene.registry.authority)/team/image")
            let key = try await scene.fixture.backend.makeAdministratorKey(restriction: .init(repositories: [pattern]))
            let token = try await Self.token(scene, isRequested ? Self.both : Array(Self.both.prefix(1)), as: .bearer(key))
            let response = try await Self.mount(scene, as: .field("Bearer \(token)"))
            #expect(response.status == 202, "\(response.status) \(response.text)")
            #expect(!scene.registry.requests.contains { $0.parameter("mount") != nil })
            #expect(try await Self.mount(scene, as: .bearer(key)).status == 202)
        }
    }

    @Test("A client whose token was requested for the source without success is not challenged again")
    func notTwice() async throws {
        try await Self.run(.basic) { scene in
            let token = try await Self.token(scene, Self.both + [("team/unknown", "pull")], as: .administrator)
            let unknown = try await Self.mount(scene, from: scene.fixture.name("team/unknown"), as: .field("Bearer \(token)"))
            #expect(unknown.status == 202, "\(unknown.status) \(unknown.text)")
            try await scene.fixture.register("team/unknown", Canary.username, Canary.password)
            let known = try await Self.mount(scene, from: scene.fixture.name("team/unknown"), as: .field("Bearer \(token)"))
            #expect([201, 202].contains(known.status), "\(known.status) \(known.text)")
        }
    }

    @Test(
        "A mount becomes an upload if the source cannot be mounted",
        arguments: [
            "HOST/team/unregistered", "nobody/HOST/team/source", "registry.example/team/source", "nonsense", "", "HOST/%2e%2e", "HOST",
        ])
    func otherSources(_ source: String) async throws {
        try await Self.run(.basic) { scene in
            let token = try await Self.token(scene, Self.both, as: .administrator)
            for authorization in [Authorization.administrator, .field("Bearer \(token)")] {
                let response = try await Self.mount(scene, from: source.replacing("HOST", with: scene.fixture.host), as: authorization)
                try await Self.expectUpload(response, scene)
            }
            #expect(!scene.registry.requests.contains { $0.parameter("mount") != nil })
        }
    }

    @Test(
        "The ns parameter names the registry of the source as well", arguments: RegistryScheme.allCases,
        ["team/source", "HOST/team/source"])
    func mirror(_ scheme: RegistryScheme, _ source: String) async throws {
        try await Self.run(scheme) { scene in
            let source = source.replacing("HOST", with: scene.fixture.host)
            let target = "\(Self.uploads)?ns=\(scene.registry.authority)&mount=\(Sample.blobDigest)&from=\(source)"
            let response = try await scene.fixture.server.send("POST", target)
            #expect(response.status == 201, "\(response.status) \(response.text)")
            #expect(scene.registry.requests.last?.parameter("from") == "team/source")
        }
    }
}
