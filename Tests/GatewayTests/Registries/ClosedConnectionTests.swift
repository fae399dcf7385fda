import NIOHTTP1
import TestSupport
import Testing

/// https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1
@Suite("Connections closed by the registry")
struct ClosedConnectionTests {
    struct Closing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The number of requests that a connection serves.
        let count: Int
        let reply: RegistryReply
    }

    private static let closings = [
        Closing(testDescription: "closed at the second request", count: 1, reply: .hangUp),
        Closing(testDescription: "reset at the second request", count: 1, reply: .raw([], then: .reset)),
        Closing(testDescription: "closed at the fourth request", count: 3, reply: .hangUp),
        Closing(testDescription: "reset at the fourth request", count: 3, reply: .raw([], then: .reset)),
        Closing(testDescription: "closed a moment after the fourth request", count: 3, reply: .late(milliseconds: 20, .hangUp)),
    ]

    private static func close(_ closing: Closing, _ scene: RegistryScene) {
        scene.registry.intercept { $0.precedingCount >= closing.count ? closing.reply : nil }
    }

    struct Call: Sendable, CustomTestStringConvertible {
        let method: String
        let resource: String
        let status: Int
        var testDescription: String { "\(method) \(resource.prefix(16))" }
    }

    private static let calls = [
        Call(method: "GET", resource: "manifests/v1", status: 200), Call(method: "HEAD", resource: "manifests/v1", status: 200),
        Call(method: "GET", resource: "blobs/\(Sample.blobDigest)", status: 200),
        Call(method: "HEAD", resource: "blobs/\(Sample.blobDigest)", status: 200), Call(method: "GET", resource: "tags/list", status: 200),
        Call(method: "POST", resource: "blobs/uploads/", status: 202), Call(method: "PUT", resource: "manifests/v2", status: 201),
    ]

    @Test("Twenty requests in sequence succeed", arguments: closings, calls)
    func sequence(_ closing: Closing, _ call: Call) async throws {
        try await RegistryScene.run(.basic) { scene in
            Self.close(closing, scene)
            for number in 1...20 {
                let body = call.method == "PUT" ? Sample.manifest : nil
                let response = try await scene.fixture.send(call.method, call.resource, body: body)
                #expect(response.status == call.status, "\(number): \(response.status) \(response.text)")
            }
        }
    }

    @Test("Twenty requests in sequence succeed with tokens, whose realm closes connections as well", arguments: closings)
    func tokens(_ closing: Closing) async throws {
        try await RegistryScene.run(.tokens) { scene in
            let tokens = try #require(scene.tokens)
            Self.close(closing, scene)
            tokens.server.intercept { $0.precedingCount >= closing.count ? closing.reply : nil }
            for number in 1...20 {
                tokens.revokeTokens()
                let response = try await scene.fixture.send("GET", "blobs/\(Sample.blobDigest)")
                #expect(response.status == 200, "\(number): \(response.status) \(response.text)")
            }
        }
    }

    @Test("Twenty pulls succeed if each response closes its connection without notice")
    func afterEach() async throws {
        try await Fixture.run { fixture in
            let head = "HTTP/1.1 200 OK\r\nContent-Length: \(Sample.blob.count)\r\n\r\n"
            let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
            fixture.registry.set(.raw(Array(head.utf8) + Sample.blob, then: .close), for: "GET", path)
            for number in 1...20 {
                let response = try await fixture.send("GET", "blobs/\(Sample.blobDigest)")
                #expect(response.status == 200 && response.body == Sample.blob, "\(number): \(response.status)")
            }
        }
    }

    private static let replayable = calls.filter { $0.method != "HEAD" && $0.resource != "manifests/v1" }

    @Test(
        "A request to a registry that always closes the connection is sent twice", arguments: replayable,
        [RegistryReply.hangUp, .raw([], then: .reset)])
    func always(_ call: Call, _ reply: RegistryReply) async throws {
        try await RegistryScene.run(.basic) { scene in
            let path = "/v2/team/image/\(call.resource)"
            scene.registry.set(reply, for: call.method, path)
            let response = try await scene.fixture.send(call.method, call.resource, body: call.method == "PUT" ? Sample.manifest : nil)
            #expect(response.status == 502, "\(response.status) \(response.text)")
            #expect(scene.fixture.requestLines == ["\(call.method) \(path)", "\(call.method) \(path)"])
        }
    }

    @Test("A body from the client is not sent twice", arguments: ["PATCH", "PUT"])
    func forwarded(_ method: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            let begun = try #require(try await scene.fixture.send("POST", "blobs/uploads/")["Location"])
            scene.registry.set(.hangUp, for: method, "/v2/team/image/blobs/uploads/1")
            let target = method == "PUT" ? "\(begun)?digest=\(Sample.blobDigest)" : begun
            let response = try await scene.fixture.server.send(scene.fixture.server.request(method, target, body: Sample.blob))
            #expect(response.status == 502, "\(response.status) \(response.text)")
            #expect(scene.registry.requests.count { $0.method == method } == 1)
        }
    }

    @Test("A request is not repeated after the start of its response", arguments: ["blobs/\(Sample.blobDigest)", "tags/list"])
    func begun(_ resource: String) async throws {
        try await Fixture.run { fixture in
            let path = "/v2/team/image/\(resource)"
            fixture.registry.set(.truncated(status: 200), for: "GET", path)
            let response = try? await fixture.send("GET", resource)
            #expect(response.map { $0.status >= 500 } ?? true)
            #expect(fixture.requestLines == ["GET \(path)"])
        }
    }
}
