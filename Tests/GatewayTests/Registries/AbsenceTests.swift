import NIOHTTP1
import TestSupport
import Testing

/// Verifiers of signatures treat absence as "unsigned", so that an error must never look like absence.
@Suite("Errors of registries are never reported as absence")
struct AbsenceTests {
    struct Failure: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: RegistryReply
        /// Whether the response to HEAD shows it as well.
        var isSeenByHead = true
    }

    private static let failures = [
        Failure(testDescription: "401", reply: .challenge(#"Basic realm="x""#)),
        Failure(testDescription: "401 without a challenge", reply: .error(401, "UNAUTHORIZED", "no")),
        Failure(testDescription: "403", reply: .error(403, "DENIED", "no")),
        Failure(testDescription: "429", reply: .tooManyRequests(retryAfter: 9)), Failure(testDescription: "500", reply: .html(500)),
        Failure(testDescription: "500 with a code of absence", reply: .error(500, "MANIFEST_UNKNOWN", "none")),
        Failure(testDescription: "503", reply: .error(503, "UNAVAILABLE", "later", headers: ["Retry-After": "9"])),
        Failure(testDescription: "a reset connection", reply: .raw([], then: .reset)),
        Failure(testDescription: "a closed connection", reply: .hangUp),
        Failure(testDescription: "a truncated head", reply: .raw("HTTP/1.1 200 OK\r\nContent-", then: .close)),
        Failure(testDescription: "a truncated body", reply: .truncated(status: 200), isSeenByHead: false),
        Failure(
            testDescription: "a truncated chunked body",
            reply: .chunked(status: 200, body: Array(#"{"tags":[],"manifests":[]}"#.utf8), isWhole: false),
            isSeenByHead: false),
        Failure(testDescription: "a truncated 404", reply: .truncated(status: 404), isSeenByHead: false),
        Failure(
            testDescription: "a truncated chunked 404",
            reply: .chunked(status: 404, body: Array(#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#.utf8), isWhole: false),
            isSeenByHead: false),
        Failure(testDescription: "an empty response", reply: .answer(status: 204)),
    ]

    private static let signatureTag = Sample.manifestDigest.replacing(":", with: "-") + ".sig"
    private static let resources = [
        "manifests/v1", "manifests/\(Sample.manifestDigest)", "tags/list", "referrers/\(Sample.manifestDigest)",
        "manifests/\(signatureTag)",
    ]

    /// Expects an error that the client detects: an error status, or an incomplete response.
    private static func expectError(_ method: String, _ resource: String, _ fixture: Fixture, _ comment: Comment) async throws {
        do {
            let response = try await fixture.send(method, resource)
            #expect([403, 429, 500, 502, 503, 504].contains(response.status), "\(comment): \(method) \(response.status) \(response.text)")
        } catch is RawConnection.Failure {
            // The client detects the incomplete response.
        }
    }

    private static func fail(_ resource: String, with failure: Failure, _ scene: RegistryScene) async throws {
        for method in ["GET", "HEAD"] { scene.registry.set(failure.reply, for: method, "/v2/team/image/\(resource)") }
        try await expectError("GET", resource, scene.fixture, "\(failure.testDescription)")
        if failure.isSeenByHead, resource.hasPrefix("manifests/") {
            try await expectError("HEAD", resource, scene.fixture, "\(failure.testDescription)")
        }
    }

    @Test("A failed request is an error for the client, with Basic", arguments: failures, resources)
    func basic(_ failure: Failure, _ resource: String) async throws {
        try await RegistryScene.run(.basic) { scene in try await Self.fail(resource, with: failure, scene) }
    }

    @Test("A failed request is an error for the client, with tokens", arguments: failures, resources)
    func tokens(_ failure: Failure, _ resource: String) async throws {
        try await RegistryScene.run(.tokens) { scene in try await Self.fail(resource, with: failure, scene) }
    }

    @Test("A registry that fails every request, also /v2/, is an error for the client", arguments: failures, resources)
    func everywhere(_ failure: Failure, _ resource: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            scene.registry.intercept { _ in failure.reply }
            try await Self.expectError("GET", resource, scene.fixture, "\(failure.testDescription)")
        }
    }

    @Test("A login that fails at the token realm is an error for the client", arguments: failures, resources)
    func realm(_ failure: Failure, _ resource: String) async throws {
        try await RegistryScene.run(.tokens) { scene in
            let tokens = try #require(scene.tokens)
            tokens.server.intercept { _ in failure.reply }
            try await Self.expectError("GET", resource, scene.fixture, "\(failure.testDescription)")
        }
    }

    @Test("A realm that grants nothing is an error for the client", arguments: resources)
    func nothingGranted(_ resource: String) async throws {
        var behavior = RegistryScene.tokenBehavior
        behavior.rights = [:]
        try await RegistryScene.run(.tokens, tokens: behavior) { scene in
            try await Self.expectError("GET", resource, scene.fixture, "nothing granted")
        }
    }

    @Test("A failed HEAD followed by a GET with 404 is absence", arguments: RegistryScheme.allCases)
    func found(_ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            let path = "/v2/team/image/manifests/\(Self.signatureTag)"
            for method in ["GET", "HEAD"] { scene.respond(method, path) { _ in .error(404, "MANIFEST_UNKNOWN", "none") } }
            for method in ["GET", "HEAD"] {
                #expect(try await scene.fixture.send(method, "manifests/\(Self.signatureTag)").status == 404)
            }
        }
    }

    @Test("A HEAD with 404 does not hide the failure of the GET", arguments: failures)
    func headOnly(_ failure: Failure) async throws {
        try await RegistryScene.run(.basic) { scene in
            let path = "/v2/team/image/manifests/\(Self.signatureTag)"
            scene.registry.set(failure.reply, for: "HEAD", path)
            scene.registry.set(Sample.manifestReply(), for: "GET", path)
            do {
                let response = try await scene.fixture.send("GET", "manifests/\(Self.signatureTag)")
                #expect(response.status != 404 && (response.status != 200 || response.body == Sample.manifest), "\(response.status)")
            } catch is RawConnection.Failure {
                Issue.record("A manifest of this size is sent whole or not at all")
            }
        }
    }
}
