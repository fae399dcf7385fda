import Domain
import NIOCore
import RegistryClient
import TestSupport
import Testing

@Suite("Inconclusive responses", .serialized)
struct SilenceTests {
    @Test("A throttled or failed first request is silent, with the reason", arguments: SilentRow.contact)
    func contact(_ row: SilentRow) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(row.reply, for: "GET", "/v2/")
            let outcome = try await TestVerification(depth: .push, timeLimit: .seconds(1)).run(registry)
            let verdict = VerificationOutcome.Verdict.silent(reason: "\(registry.authority): \(row.reason)")
            #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: false, isReached: row.isReached))
            #expect(registry.lines == ["GET /v2/"])
            #expect(registry.authorizations.isEmpty, "no credential was demanded")
        }
    }

    @Test("A failed request to the repository is silent, with the reason", arguments: SilentRow.repository)
    func repository(_ row: SilentRow) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(row.reply, for: "GET", tagsPath)
            let outcome = try await TestVerification(depth: .push, isSSL: nil).run(registry)
            #expect(outcome.verdict == .silent(reason: "\(registry.authority): \(row.reason)"))
            #expect(outcome.granted == Grants())
            #expect(outcome.isSSL == false && outcome.isReached, "the first contact has shown it")
            #expect(!registry.requests.contains { $0.method == "POST" })
        }
    }

    @Test("A server that does not use HTTP is silent", arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}\r\n\r\n"])
    func noise(_ bytes: String) async throws {
        try await FaultyRegistry.run(speaking: .noise(Array(bytes.utf8))) { registry in
            let outcome = try await TestVerification().run(registry)
            let verdict = VerificationOutcome.Verdict.silent(reason: "\(registry.authority): the response is not HTTP")
            #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: false, isReached: false))
        }
    }

    @Test("A registry that closes every connection is silent and not reached")
    func closed() async throws {
        try await FaultyRegistry.run(speaking: .hangUp) { registry in
            let outcome = try await TestVerification(depth: .push).run(registry)
            let verdict = VerificationOutcome.Verdict.silent(reason: "\(registry.authority): \(SilentRow.broken)")
            #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: false, isReached: false))
        }
    }

    @Test("A port without a listener is silent", arguments: [true, false, nil])
    func refusedConnection(_ isSSL: Bool?) async throws {
        let authority = "127.0.0.1:\(try LoopbackPort.free())"
        let outcome = try await TestVerification(isSSL: isSSL).run(authority)
        let verdict = VerificationOutcome.Verdict.silent(reason: "\(authority): the connection was refused")
        #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: isSSL, isReached: false))
    }

    @Test("A host that does not exist is unknown")
    func unknownHost() async throws {
        let outcome = try await TestVerification(isSSL: true).run("registry.invalid")
        let verdict = VerificationOutcome.Verdict.unknownHost(reason: "registry.invalid: the host name is not known")
        #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: true, isReached: false))
    }
}

struct SilentRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reply: RegistryReply
    let reason: String
    let isReached: Bool

    init(_ testDescription: String, _ reply: RegistryReply, _ reason: String, isReached: Bool = true) {
        self.testDescription = testDescription
        self.reply = reply
        self.reason = reason
        self.isReached = isReached
    }

    static let broken = "the connection broke"

    static let contact = [
        SilentRow("429", .tooManyRequests(retryAfter: 60), "it answered 429 to GET /v2/: too many requests"),
        SilentRow("429 without a body", .answer(status: 429), "it answered 429 to GET /v2/: too many requests"),
        SilentRow("429 that is truncated", .truncated(status: 429), "it answered 429 to GET /v2/: too many requests"),
    ]

    static let repository = [
        SilentRow("hangs up", .hangUp, broken),
        SilentRow("reset", .raw([], then: .reset), broken),
        SilentRow("truncated", .truncated(status: 200), broken),
        SilentRow("404 that is truncated", .truncated(status: 404), broken),
        SilentRow("500", .error(500, "UNKNOWN", "oops"), "it answered 500, UNKNOWN: oops"),
        SilentRow("503", .html(503), "it answered 503"),
        SilentRow("429", .tooManyRequests(retryAfter: 60), "it answered 429, TOOMANYREQUESTS: slow down"),
        SilentRow("a redirect without a location", .answer(status: 307), "it answered 307"),
        SilentRow("a redirect to itself", .redirect(to: tagsPath), "it redirects more than 5 times"),
        SilentRow("204", .answer(status: 204), "it answered 204"),
        SilentRow("a page", .html(200), "it answered 200, and not with a list of tags"),
        SilentRow("200 without a body", .answer(status: 200), "it answered 200, and not with a list of tags"),
        SilentRow("an array", .json(200, #"["latest"]"#), "it answered 200, and not with a list of tags"),
        SilentRow("a huge header", .hugeHeader, "the response is not HTTP"),
    ]
}
