import Domain
import NIOCore
import NIOHTTP1
import RegistryClient
import TestSupport
import Testing

@Suite("Time limit of verifications", .serialized)
struct DeadlineTests {
    /// Well below every timeout of the library, so that only the limit can have ended the request.
    private static let slack = Duration.seconds(3)

    @Test(
        "A registry that hangs at any stage is inconclusive after the time limit",
        arguments: [
            ("/v2/", .hangInBody(status: 200)), ("/v2/", .hangInBody(status: 401, headers: ["WWW-Authenticate": "Basic"])),
            (tagsPath, .hang), (tagsPath, .hangInBody(status: 200)), (tagsPath, .hangInBody(status: 404)),
        ] as [(String, RegistryReply)])
    func hanging(_ path: String, _ reply: RegistryReply) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(reply, for: "GET", path)
            try await expectInTime(TestVerification(depth: .push, timeLimit: .milliseconds(300)), registry)
            #expect(registry.lines.last?.hasPrefix("GET \(path)") == true)
        }
    }

    @Test("A registry that hangs only at /v2/ is verified", arguments: [VerificationDepth.pull, .push])
    func hangingPing(_ depth: VerificationDepth) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.hang, for: "GET", "/v2/")
            let answer = try await TestVerification(depth: depth, timeLimit: .seconds(6)).timed(registry.authority)
            #expect(answer.outcome.verdict == .accepted(note: nil) && answer.outcome.isReached, "\(answer.outcome)")
            #expect(registry.lines.count { $0 == "GET /v2/" } == 1)
        }
    }

    @Test("A refused login is reported in time if the body of the response hangs", arguments: ["Basic", nil])
    func hangingRefusal(_ challenge: String?) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let fields = HTTPHeaders(challenge.map { [("WWW-Authenticate", $0)] } ?? [])
            registry.set(.hangInBody(status: 401, headers: fields), for: "GET", tagsPath)
            let manifest = "/v2/team/image/manifests/latest"
            registry.set(.answer(status: 401, headers: fields), for: "HEAD", manifest)
            let answer = try await TestVerification(depth: .push, timeLimit: .seconds(1)).timed(registry.authority)
            #expect(answer.elapsed < Self.slack)
            #expect(
                answer.outcome
                    == VerificationOutcome(
                        verdict: .refused(reason: "\(registry.authority) rejected this user name and password (401 Unauthorized)"),
                        isSSL: false, isLoginRefused: true))
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1", "HEAD \(manifest)"])
        }
    }

    @Test("A refused list whose body hangs leaves time for the request of a manifest")
    func hangingList() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.hideManifest()
            registry.set(.hangInBody(status: 403), for: "GET", tagsPath)
            let outcome = try await TestVerification(depth: .push, timeLimit: .seconds(8)).run(registry)
            let reason = "denied access to the repository with this user name and password (403 Forbidden)"
            #expect(outcome == VerificationOutcome(verdict: .denied(reason: "\(registry.authority) \(reason)"), isSSL: false))
            let manifest = "/v2/team/image/manifests/latest"
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1", "HEAD \(manifest)", "GET \(manifest)"])
        }
    }

    @Test("A silent connection ends in time, also during the TLS handshake", arguments: [true, false, nil])
    func silentConnection(_ isSSL: Bool?) async throws {
        try await FaultyRegistry.run(speaking: .silence) { registry in
            let outcome = try await expectInTime(TestVerification(isSSL: isSSL, timeLimit: .milliseconds(300)), registry)
            #expect(!outcome.isReached && outcome.isSSL == isSSL)
            #expect(registry.openings.count <= 2)
        }
    }

    @Test("The limit is for the whole verification, not for each request")
    func whole() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let manifest = "/v2/team/image/manifests/latest"
            registry.set(.late(milliseconds: 1300, .error(403, "DENIED", "no lists")), for: "GET", tagsPath)
            registry.set(.late(milliseconds: 1300, .answer(status: 200)), for: "HEAD", manifest)
            // Longer than each of the two responses, and shorter than both together.
            try await expectInTime(TestVerification(timeLimit: .seconds(2)), registry)
            #expect(registry.lines.last == "HEAD \(manifest)")
            let outcome = try await TestVerification(timeLimit: .seconds(10)).run(registry)
            #expect(outcome.verdict == .accepted(note: nil))
        }
    }

    @Test("A registry that hangs when the upload is cancelled is verified in time")
    func hangingCancellation() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.hang, for: "DELETE", "\(uploadsPath)1")
            let answer = try await TestVerification(depth: .push, timeLimit: .seconds(2)).timed(registry.authority)
            #expect(answer.elapsed < Self.slack)
            #expect(answer.outcome.verdict == .accepted(note: nil) && answer.outcome.granted.push == .yes, "\(answer.outcome)")
        }
    }

    @Test("Only the beginning of an endless body is read", arguments: ["/v2/", tagsPath])
    func endless(_ path: String) async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.endless(status: 200), for: "GET", path)
            let outcome = try await TestVerification(credential: nil).run(registry)
            let reason: ErrorText = "\(registry.authority) did not respond with a list of tags (200 OK)"
            #expect(outcome.verdict == (path == tagsPath ? .inconclusive(reason: reason) : .accepted(note: nil)))
            // The sockets' buffers hold a few megabytes that were never read.
            #expect(registry.sentBodyBytes < 32 << 20)
            try await eventually { registry.connectionCount == 0 }
        }
    }

    @Test("A cancelled verification ends at once")
    func cancelled() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.hang, for: "GET", "/v2/")
            let task = Task { try await TestVerification(timeLimit: .seconds(60)).run(registry) }
            try await eventually { registry.lines == ["GET /v2/"] }
            let clock = ContinuousClock()
            task.cancel()
            let elapsed = await clock.measure { _ = try? await task.value }
            #expect(elapsed < Self.slack)
        }
    }

    @discardableResult
    private func expectInTime(_ verification: TestVerification, _ registry: FaultyRegistry) async throws -> VerificationOutcome {
        let answer = try await verification.timed(registry.authority)
        #expect(answer.elapsed < Self.slack)
        #expect(answer.outcome.verdict == .inconclusive(reason: "\(registry.authority) did not respond in time"))
        return answer.outcome
    }
}

/// Waits for a condition that another task fulfils.
func eventually(_ condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    for _ in 0..<400 where !condition() { try await Task.sleep(for: .milliseconds(5)) }
    #expect(condition(), sourceLocation: sourceLocation)
}
