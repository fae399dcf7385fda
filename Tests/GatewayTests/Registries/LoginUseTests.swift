import Domain
import Foundation
import NIOHTTP1
import Naming
import Operations
import TestSupport
import Testing

/// The effect of a refused login on other requests with the same login.
@Suite("Logins refused for one use", .timeLimit(.minutes(2)))
struct LoginUseTests {
    private static let blob = "blobs/\(Sample.blobDigest)"
    private static let source = "team/source"

    private static func run(_ scheme: RegistryScheme, _ body: (RegistryScene) async throws -> Void) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            try await scene.fixture.register(source, Canary.username, Canary.password)
            for path in [Fixture.image, source] { #expect(try await scene.fixture.send("GET", blob, of: path).status == 200) }
            scene.tokens?.revokeTokens()
            try await body(scene)
        }
    }

    private static func logins(_ scene: RegistryScene) -> Int {
        (scene.tokens?.server ?? scene.registry).authorizations.count { $0 == Canary.authorization }
    }

    /// Refuses the canary's login for one kind of request, after a delay.
    private static func refuse(
        _ scene: RegistryScene, after milliseconds: Int64 = 0, where isRefused: @escaping @Sendable (RegistryRecord) -> Bool = { _ in true }
    ) {
        let refusal: RegistryReply =
            scene.tokens == nil
            ? .challenge(#"Basic realm="Test registry""#) : .json(401, #"{"details":"incorrect username or password"}"#)
        (scene.tokens?.server ?? scene.registry).intercept { request in
            request.authorization == Canary.authorization && isRefused(request) ? .late(milliseconds: milliseconds, refusal) : nil
        }
    }

    /// Whether a request to the registry or its realm concerns this repository.
    private static func concerns(_ path: String) -> @Sendable (RegistryRecord) -> Bool {
        { $0.path.hasPrefix("/v2/\(path)/") || $0.parameter("scope")?.hasPrefix("repository:\(path):") == true }
    }

    struct Burst: Sendable, CustomTestStringConvertible {
        let scheme: RegistryScheme
        let repositories: Int
        let milliseconds: Int64

        var testDescription: String { "\(scheme), \(repositories) repositories, \(milliseconds) ms" }

        static let all =
            RegistryScheme.allCases.flatMap { scheme in
                [1, 20].flatMap { count in [0, 300].map { Burst(scheme: scheme, repositories: count, milliseconds: $0) } }
            } + RegistryScheme.allCases.map { Burst(scheme: $0, repositories: 20, milliseconds: 4000) }
    }

    @Test(
        "A login refused for lists only still pulls", arguments: [true, false],
        ["tags/list", "referrers/\(Sample.manifestDigest)"])
    func lists(_ isChallenged: Bool, _ list: String) async throws {
        try await Self.run(.basic) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            scene.registry.intercept { request in
                request.path.hasSuffix(list) ? (isChallenged ? .challenge(#"Basic realm="x""#) : .error(403, "DENIED", "no lists")) : nil
            }
            for _ in 1...3 {
                let refused = try await fixture.send("GET", list)
                #expect(refused.status == 403 && refused.code == "DENIED", "\(refused.text)")
                #expect(try await fixture.send("GET", Self.blob).status == 200)
            }
            let verification = try await fixture.inspect().verification
            #expect(verification.state == .verified && verification.granted.pull == .yes)
            fixture.backend.clock.advance(by: 10)
            #expect(fixture.backend.backend.refusedLoginsToConfirm().isEmpty)
        }
    }

    private static let mixes = [
        ["GET tags/list", "GET \(blob)"], ["POST blobs/uploads/", "GET \(blob)"], ["GET tags/list", "POST blobs/uploads/"],
        ["POST blobs/uploads/", "GET tags/list", "GET manifests/v1", "GET referrers/\(Sample.manifestDigest)"],
        ["PUT manifests/v2", "GET \(blob)", "GET tags/list"],
    ]

    @Test(
        "Lists, pulls and pushes at once after a password change send the old password at most twice", arguments: mixes,
        RegistryScheme.allCases)
    func mixed(_ mix: [String], _ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            let calls = mix.map { $0.split(separator: " ").map(String.init) }
            for call in calls { _ = try await fixture.send(call[0], call[1], body: call[0] == "PUT" ? Sample.manifest : nil) }
            scene.tokens?.revokeTokens()
            // As many requests as were in progress lately may be sent at once.
            try await Task.sleep(for: .seconds(1))
            let count = Self.logins(scene)
            Self.refuse(scene, after: 100)
            try await withThrowingTaskGroup(of: RawResponse.self) { group in
                for number in 0..<12 {
                    let call = calls[number % calls.count]
                    group.addTask { try await fixture.send(call[0], call[1], body: call[0] == "PUT" ? Sample.manifest : nil) }
                }
                for try await response in group { #expect(response.status == 403, "\(response.status) \(response.text)") }
            }
            #expect((1...2).contains(Self.logins(scene) - count), "\(Self.logins(scene) - count)")
        }
    }

    @Test("An upload in progress delays no other request with the login", arguments: RegistryScheme.allCases, ["PATCH", "PUT"])
    func upload(_ scheme: RegistryScheme, _ method: String) async throws {
        try await Self.run(scheme) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            scene.registry.change { $0.respond = { $0.method == method ? .late(milliseconds: 4000, .answer(status: 202)) : nil } }
            let begun = try #require(try await fixture.send("POST", "blobs/uploads/")["Location"])
            let target = method == "PUT" ? "\(begun)?digest=\(Sample.blobDigest)" : begun
            async let sent = fixture.server.send(fixture.server.request(method, target, body: Sample.blob)).status
            try await Task.sleep(for: .seconds(1.2))
            let start = ContinuousClock.now
            #expect(try await fixture.send("GET", Self.blob, of: Self.source).status == 200)
            #expect(ContinuousClock.now - start < .seconds(2))
            #expect(try await sent == (method == "PUT" ? 201 : 202))
        }
    }

    @Test("A hundred simultaneous pulls after a password change send the old password at most twice", arguments: Burst.all)
    func burst(_ burst: Burst) async throws {
        try await Self.run(burst.scheme) { (scene: RegistryScene) async throws in
            let paths = (0..<burst.repositories).map { "team/burst-\($0)" }
            for path in paths { try await scene.fixture.register(path, Canary.username, Canary.password) }
            Self.refuse(scene, after: burst.milliseconds)
            let count = Self.logins(scene)
            try await withThrowingTaskGroup(of: RawResponse.self) { group in
                for number in 0..<100 {
                    // Different blobs, so that no request shares the response of another.
                    let blob = "blobs/sha256:" + String(repeating: "0", count: 60) + "\(1000 + number)"
                    group.addTask { try await scene.fixture.send("GET", blob, of: paths[number % paths.count]) }
                }
                for try await response in group {
                    #expect(response.status == 403, "\(response.text)")
                    #expect(response["Retry-After"] != nil)
                }
            }
            #expect(Self.logins(scene) - count == min(burst.repositories, 2))
        }
    }

    @Test("A login refused for one repository pulls other repositories", arguments: RegistryScheme.allCases)
    func oneRepository(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { (scene: RegistryScene) async throws in
            Self.refuse(scene, where: Self.concerns(Fixture.image))
            let before = try await scene.fixture.inspect(Self.source).verification
            for number in 0..<10 {
                #expect(try await scene.fixture.send("GET", Self.blob).status == 403, "\(number)")
                #expect(try await scene.fixture.send("GET", Self.blob, of: Self.source).status == 200, "\(number)")
                scene.tokens?.revokeTokens()
            }
            #expect(try await scene.fixture.inspect(Self.source).verification == before)
        }
    }

    @Test("A read-only login pulls while its pushes are refused", arguments: RegistryScheme.allCases)
    func readOnly(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { (scene: RegistryScene) async throws in
            Self.refuse(scene) { request in
                ["POST", "PUT", "PATCH", "DELETE"].contains(request.method) || request.parameter("scope")?.contains("push") == true
            }
            for number in 0..<5 {
                #expect(try await scene.fixture.send("POST", "blobs/uploads/").status == 403, "\(number)")
                #expect(try await scene.fixture.send("PUT", "manifests/v9", body: Array("{}".utf8)).status == 403, "\(number)")
                for path in [Fixture.image, Self.source] {
                    #expect(try await scene.fixture.send("GET", Self.blob, of: path).status == 200, "\(number)")
                    scene.tokens?.revokeTokens()
                }
            }
            let verification = try await scene.fixture.inspect().verification
            #expect(verification.state == .verified && verification.granted.push == .no && verification.granted.pull == .yes)
            #expect(try await scene.fixture.inspect(Self.source).verification.granted.push != .no)
        }
    }

    @Test("Pushes with a refused login are held back", arguments: RegistryScheme.allCases)
    func pushLoop(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { (scene: RegistryScene) async throws in
            Self.refuse(scene)
            let count = Self.logins(scene)
            for _ in 0..<20 { #expect(try await scene.fixture.send("POST", "blobs/uploads/").status == 403) }
            #expect(Self.logins(scene) - count == 2, "one pushes, and one shows that the login is refused for pulls as well")
            #expect(try await scene.fixture.send("GET", Self.blob)["Retry-After"] != nil)
        }
    }

    @Test(
        "The error for a held-back request names the refused use and shows nothing about its repository", arguments: RegistryScheme.allCases
    )
    func held(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { (scene: RegistryScene) async throws in
            let third = "team/other"
            try await scene.fixture.register(third, Canary.username, Canary.password)
            Self.refuse(scene)
            for path in [Fixture.image, Self.source] { #expect(try await scene.fixture.send("GET", Self.blob, of: path).status == 403) }
            let registry = scene.registry.authority
            let subject = scene.tokens.map { "The token realm \($0.authority) of \(registry)" } ?? registry
            let response = try await scene.fixture.send("GET", Self.blob, of: third)
            #expect(response.status == 403 && response["Retry-After"] != nil)
            #expect(response.text.contains("\(subject) rejected the stored user name and password "), "\(response.text)")
            scene.fixture.backend.clock.advance(by: 5)
            let refused = scene.fixture.backend.backend.refusedLoginsToConfirm().map(\.name.path)
            #expect(refused == [Fixture.image, Self.source])
        }
    }
}
