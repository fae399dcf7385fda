import Domain
import NIOCore
import RegistryClient
import TestSupport
import Testing

@Suite("Inconclusive responses", .serialized)
struct SilenceTests {
    @Test("A throttled or failed first request is inconclusive, with the reason", arguments: SilentRow.contact)
    func contact(_ row: SilentRow) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(row.reply, for: "GET", "/v2/")
            let outcome = try await TestVerification(depth: .push, timeLimit: .seconds(1)).run(registry)
            let verdict = VerificationOutcome.Verdict.inconclusive(reason: row.reason(registry.authority))
            #expect(
                outcome == VerificationOutcome(verdict: verdict, isSSL: false, isReached: row.isReached, failure: row.failure))
            #expect(registry.lines == ["GET /v2/"])
            #expect(registry.authorizations.isEmpty, "no credential was demanded")
        }
    }

    @Test("A failed request to the repository is inconclusive, with the reason", arguments: SilentRow.repository)
    func repository(_ row: SilentRow) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(row.reply, for: "GET", tagsPath)
            let outcome = try await TestVerification(depth: .push, isSSL: nil).run(registry)
            #expect(outcome.verdict == .inconclusive(reason: row.reason(registry.authority)))
            #expect(outcome.granted == Grants())
            #expect(outcome.isSSL == false && outcome.isReached, "the first contact has shown it")
            #expect(!registry.requests.contains { $0.method == "POST" })
        }
    }

    @Test("A server that does not use HTTP is inconclusive", arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}\r\n\r\n"])
    func noise(_ bytes: String) async throws {
        try await FaultyRegistry.run(speaking: .noise(Array(bytes.utf8))) { registry in
            let outcome = try await TestVerification().run(registry)
            let verdict = VerificationOutcome.Verdict.inconclusive(
                reason: "The request to \(registry.authority) failed: the response is not HTTP")
            #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: false, isReached: false, failure: RegistryFailure()))
        }
    }

    @Test("A registry that closes every connection is inconclusive and not reached")
    func closed() async throws {
        try await FaultyRegistry.run(speaking: .hangUp) { registry in
            let outcome = try await TestVerification(depth: .push).run(registry)
            let verdict = VerificationOutcome.Verdict.inconclusive(
                reason: "The request to \(registry.authority) failed: the connection was lost")
            #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: false, isReached: false, failure: RegistryFailure()))
        }
    }

    @Test("A port without a listener is inconclusive", arguments: [true, false, nil])
    func refusedConnection(_ isSSL: Bool?) async throws {
        let authority = "127.0.0.1:\(try LoopbackPort.free())"
        let outcome = try await TestVerification(isSSL: isSSL).run(authority)
        let verdict = VerificationOutcome.Verdict.inconclusive(reason: "The request to \(authority) failed: the connection was refused")
        #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: isSSL, isReached: false, failure: RegistryFailure()))
    }

    @Test("A host that does not exist is unknown")
    func unknownHost() async throws {
        let outcome = try await TestVerification(isSSL: true).run("registry.invalid")
        let reason = ErrorText("The host name of registry.invalid does not exist", advice: "Check the spelling")
        let verdict = VerificationOutcome.Verdict.unknownHost(reason: reason)
        #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: true, isReached: false))
    }
}

struct SilentRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reply: RegistryReply
    private let sentence: String
    let isReached: Bool
    /// The failure of the registry that other repositories may have as well.
    let failure: RegistryFailure?

    /// - Parameter sentence: with `R` in place of the registry.
    init(_ testDescription: String, _ reply: RegistryReply, _ sentence: String, isReached: Bool = true, failure: RegistryFailure? = nil) {
        self.testDescription = testDescription
        self.reply = reply
        self.sentence = sentence
        self.isReached = isReached
        self.failure = failure
    }

    func reason(_ registry: String) -> ErrorText { "\(sentence.replacing("R ", with: "\(registry) "))" }

    private static let broken = "The request to R failed: the connection was lost"
    private static let limited = "R limits the rate of requests (429 Too Many Requests)"
    private static let noList = "R did not respond with a list of tags (200 OK)"

    static let contact = [
        SilentRow("429", .tooManyRequests(retryAfter: 60), limited, failure: RegistryFailure(isGeneral: true, retryAfter: "60")),
        SilentRow("429 without a body", .answer(status: 429), limited, failure: RegistryFailure(isGeneral: true)),
        SilentRow("429 that is truncated", .truncated(status: 429), limited, failure: RegistryFailure(isGeneral: true)),
    ]

    static let repository = [
        SilentRow("hangs up", .hangUp, broken),
        SilentRow("reset", .raw([], then: .reset), broken),
        SilentRow("truncated", .truncated(status: 200), broken),
        SilentRow("404 that is truncated", .truncated(status: 404), broken),
        SilentRow("500", .error(500, "UNKNOWN", "oops"), "R responded with an error (500 Internal Server Error, 'UNKNOWN: oops')"),
        SilentRow("503", .html(503), "R responded with an error (503 Service Unavailable)"),
        SilentRow(
            "429", .tooManyRequests(retryAfter: 60),
            "R limits the rate of requests (429 Too Many Requests, 'TOOMANYREQUESTS: slow down')"),
        SilentRow(
            "a redirect without a location", .answer(status: 307), "R responded with an unexpected status (307 Temporary Redirect)"),
        SilentRow("a redirect to itself", .redirect(to: tagsPath), "R redirects more than 5 times"),
        SilentRow("204", .answer(status: 204), "R responded with an unexpected status (204 No Content)"),
        SilentRow("a page", .html(200), noList),
        SilentRow("200 without a body", .answer(status: 200), noList),
        SilentRow("an array", .json(200, #"["latest"]"#), noList),
        SilentRow("a huge header", .hugeHeader, "The request to R failed: the response is not HTTP"),
    ]
}
