import Domain
import NIOCore
import NIOHTTP1
import RegistryClient
import TestSupport
import Testing

@Suite("Checking the right to push", .serialized)
struct PushCheckTests {
    @Test("A push check starts an upload and cancels it", arguments: ["team/image", "team/new"])
    func cancelled(_ repository: String) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let outcome = try await TestVerification(repository: repository, depth: .push).run(registry)
            #expect(outcome.granted.push == .yes)
            #expect(outcome.kind == (repository == "team/image" ? "accepted" : "absent"))
            let uploads = "/v2/\(repository)/blobs/uploads/"
            #expect(registry.lines.suffix(2) == ["POST \(uploads)", "DELETE \(uploads)1?_state=s"])
            #expect(registry.requests.last?.authorization == Canary.authorization)
        }
    }

    @Test("A pull check starts no upload")
    func notAsked() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.granted.push == .unknown)
            #expect(registry.requests.allSatisfy { $0.method == "GET" })
        }
    }

    @Test("A credential that may pull but not push is accepted without the right to push")
    func notGranted() async throws {
        var behavior = RegistryBehavior.basic
        behavior.pushers = []
        try await FaultyRegistry.run(behavior) { registry in
            let outcome = try await TestVerification(depth: .push).run(registry)
            #expect(
                outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes, push: .no), isSSL: false))
            #expect(!registry.requests.contains { $0.method == "DELETE" })
        }
    }

    private static let begun: HTTPHeaders = ["Location": "\(uploadsPath)1"]

    @Test(
        "The registry's response decides the right to push",
        arguments: [
            (.challenge("Basic"), .no), (.html(401), .no), (.truncated(status: 401), .no), (.hangInBody(status: 401), .no),
            (.error(403, "DENIED", "no"), .no), (.truncated(status: 403), .no), (.hangInBody(status: 403), .no),
            (.error(405, "UNSUPPORTED", "read only"), .no), (.html(404), .unknown), (.html(500), .unknown), (.html(307), .unknown),
            (.tooManyRequests(retryAfter: 1), .unknown), (.answer(status: 200), .unknown), (.answer(status: 202), .unknown),
            (.html(200), .unknown), (.answer(status: 200, headers: begun), .yes), (.answer(status: 201, headers: begun), .yes),
            (.answer(status: 202, headers: begun), .yes), (.answer(status: 204, headers: begun), .yes),
            (.truncated(status: 202, headers: begun), .yes),
        ] as [(RegistryReply, Grant)])
    func decides(_ reply: RegistryReply, _ grant: Grant) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(reply, for: "POST", uploadsPath)
            let outcome = try await TestVerification(depth: .push, timeLimit: .seconds(2)).run(registry)
            #expect(outcome.kind == "accepted")
            #expect(outcome.granted == Grants(pull: .yes, push: grant))
            #expect(registry.lines.filter { $0 == "POST \(uploadsPath)" }.count == 1)
        }
    }

    @Test(
        "A push check without a response does not change the result of the pull",
        arguments: [(.hangUp, 2), (.raw([], then: .reset), 2), (.hang, 1)] as [(RegistryReply, Int)])
    func noAnswer(_ reply: RegistryReply, _ count: Int) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(reply, for: "POST", uploadsPath)
            let outcome = try await TestVerification(depth: .push, timeLimit: .seconds(2)).run(registry)
            #expect(
                outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false))
            #expect(registry.lines.filter { $0 == "POST \(uploadsPath)" }.count == count)
        }
    }

    @Test("A failed cancellation does not change the result", arguments: [.hangUp, .hang, .html(500), .html(404)] as [RegistryReply])
    func notCancelled(_ reply: RegistryReply) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(reply, for: "DELETE", "\(uploadsPath)1")
            let outcome = try await TestVerification(depth: .push, timeLimit: .seconds(2)).run(registry)
            #expect(outcome.granted == Grants(pull: .yes, push: .yes))
        }
    }

    @Test("An upload with a location on another host is not cancelled there", arguments: ElsewhereRow.all)
    func elsewhere(_ row: ElsewhereRow) async throws {
        try await FaultyRegistry.run(.basic) { target in
            try await FaultyRegistry.run(.basic) { registry in
                let location = row.location(registry.authority, target.authority)
                registry.set(.answer(status: 202, headers: ["Location": location]), for: "POST", uploadsPath)
                let outcome = try await TestVerification(depth: .push).run(registry)
                #expect(outcome.granted.push == .unknown)
                #expect(registry.lines.last == "POST \(uploadsPath)")
            }
            #expect(target.openings.isEmpty)
        }
    }

    @Test("An upload is cancelled at an absolute location on the registry itself")
    func absolute() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(for: "POST", uploadsPath) { _ in
                .answer(status: 202, headers: ["Location": "http://\(registry.authority)\(uploadsPath)7"])
            }
            _ = try await TestVerification(depth: .push).run(registry)
            #expect(registry.lines.last == "DELETE \(uploadsPath)7")
        }
    }

    @Test("A registry with anonymous reading receives the credential when it demands it for a push")
    func publicPulls() async throws {
        var behavior = RegistryBehavior.basic
        behavior.isPublic = true
        try await FaultyRegistry.run(behavior) { registry in
            let outcome = try await TestVerification(depth: .push).run(registry)
            #expect(
                outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes, push: .yes), isSSL: false))
            #expect(registry.requests.map(\.method) == ["GET", "GET", "POST", "POST", "DELETE"])
            #expect(registry.authorizations == [Canary.authorization, Canary.authorization])
        }
    }

    @Test("A demand for a push token of a realm that is not allowed leaves the right to push unknown")
    func bearer() async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.bearer, for: "POST", uploadsPath)
            let withCredential = try await TestVerification(depth: .push).run(registry)
            let without = try await TestVerification(credential: nil, depth: .push).run(registry)
            #expect(withCredential.granted == Grants(pull: .yes, push: .unknown))
            #expect(without.granted == Grants(pull: .yes, push: .unknown))
            #expect(registry.authorizations.isEmpty)
        }
    }

    @Test("Without a credential, a registry that demands a password for pushes grants no push")
    func basicWithoutCredential() async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.challenge("Basic"), for: "POST", uploadsPath)
            let outcome = try await TestVerification(credential: nil, depth: .push).run(registry)
            #expect(outcome.granted == Grants(pull: .yes, push: .no))
        }
    }

    @Test("An open registry does not receive the credential for a push")
    func openRegistry() async throws {
        try await FaultyRegistry.run(.open) { registry in
            let outcome = try await TestVerification(depth: .push).run(registry)
            #expect(outcome.granted == Grants(pull: .yes, push: .yes))
            #expect(!outcome.isAuthenticated)
            #expect(registry.authorizations.isEmpty)
        }
    }
}

struct ElsewhereRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let location: @Sendable (_ registry: String, _ target: String) -> String

    init(_ testDescription: String, _ location: @escaping @Sendable (String, String) -> String) {
        self.testDescription = testDescription
        self.location = location
    }

    static let all = [
        ElsewhereRow("another port") { "http://\($1)/v2/a" },
        ElsewhereRow("without a scheme") { "//\($1)/v2/a" },
        ElsewhereRow("userinfo") { "http://\($0)@\($1)/v2/a" },
        ElsewhereRow("another scheme") { registry, _ in "https://\(registry)/v2/a" },
        ElsewhereRow("a name of the same machine") { _, target in "http://localhost:\(target.split(separator: ":")[1])/v2/a" },
        ElsewhereRow("a longer port") { registry, _ in "http://\(registry)1/v2/a" },
        ElsewhereRow("relative to nothing") { _, target in "\(target)/v2/a" },
    ]
}
