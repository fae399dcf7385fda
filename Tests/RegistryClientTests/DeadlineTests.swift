import NIOCore
import NIOHTTP1
import RegistryClient
import TestSupport
import Testing

@Suite("A registry that does not answer costs no more than the time limit", .serialized)
struct DeadlineTests {
    /// Well below every time-out of the library, so that only the limit can have ended it.
    private static let slack = Duration.seconds(3)

    @Test(
        "Hanging ends in time, at every stage", arguments: [("GET", "/v2/"), ("GET", tagsPath)],
        [.hang, .hangInBody(status: 200), .hangInBody(status: 401, headers: ["WWW-Authenticate": "Basic"])] as [RegistryReply])
    func hanging(_ request: (method: String, path: String), _ reply: RegistryReply) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(reply, for: request.method, request.path)
            try await expectInTime(Question(depth: .push, timeLimit: .milliseconds(300)), registry)
            #expect(registry.lines.last?.hasPrefix("\(request.method) \(request.path)") == true)
        }
    }

    @Test("A connection that stays silent ends in time, in the TLS handshake too", arguments: [true, false, nil])
    func silentConnection(_ isSSL: Bool?) async throws {
        try await FaultyRegistry.run(speaking: .silence) { registry in
            try await expectInTime(Question(isSSL: isSSL, timeLimit: .milliseconds(300)), registry)
            #expect(registry.openings.count <= 1)
        }
    }

    @Test("The limit is for the whole verification, not for each request")
    func whole() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.hang, for: "DELETE", "\(uploadsPath)1")
            let answer = try await Question(depth: .push, timeLimit: .milliseconds(500)).timed(registry.authority)
            #expect(answer.elapsed < Self.slack)
        }
    }

    @Test("An endless body is cut, and its beginning is what counts", arguments: ["/v2/", tagsPath])
    func endless(_ path: String) async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.endless(status: 200), for: "GET", path)
            let outcome = try await Question(credential: nil).ask(registry)
            #expect(outcome.kind == "accepted")
            // The sockets' buffers hold a few megabytes that were sent and never read.
            #expect(registry.sentBodyBytes < 32 << 20)
            try await eventually { registry.connectionCount == 0 }
        }
    }

    @Test("A cancelled verification ends at once")
    func cancelled() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.hang, for: "GET", "/v2/")
            let task = Task { try await Question(timeLimit: .seconds(60)).ask(registry) }
            try await eventually { registry.lines == ["GET /v2/"] }
            let clock = ContinuousClock()
            task.cancel()
            let elapsed = await clock.measure { _ = try? await task.value }
            #expect(elapsed < Self.slack)
        }
    }

    private func expectInTime(_ question: Question, _ registry: FaultyRegistry) async throws {
        let answer = try await question.timed(registry.authority)
        #expect(answer.elapsed < Self.slack)
        #expect(answer.outcome.verdict == .silent(reason: "\(registry.authority): no answer in time"))
    }
}

/// Waits for what the other side does in its own time.
func eventually(_ condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    for _ in 0..<400 where !condition() { try await Task.sleep(for: .milliseconds(5)) }
    #expect(condition(), sourceLocation: sourceLocation)
}
