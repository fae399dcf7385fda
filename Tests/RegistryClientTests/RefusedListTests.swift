import Domain
import RegistryClient
import TestSupport
import Testing

@Suite("A refused list is no refusal of pulls", .serialized)
struct RefusedListTests {
    private static let manifest = "/v2/team/image/manifests/latest"
    private static let challenge = RegistryReply.challenge(#"Basic realm="Test registry""#)
    private static let found = RegistryReply.answer(status: 200, body: Array(#"{"schemaVersion":2}"#.utf8))

    /// Authorized requests for the list and the manifest are answered like this; those without a login or token as usual.
    private static func answer(
        _ list: RegistryReply, head: RegistryReply = found, get: RegistryReply = .html(500), at registry: FaultyRegistry
    ) {
        registry.intercept { request in
            guard request.authorization != nil else { return nil }
            if request.path == tagsPath { return list }
            guard request.path == manifest else { return nil }
            return request.method == "HEAD" ? head : get
        }
    }

    /// Runs a test with Basic, and with tokens.
    private static func each(
        _ isBasic: Bool, _ question: Question = Question(), _ body: (FaultyRegistry, Question) async throws -> Void
    ) async throws {
        if isBasic {
            try await FaultyRegistry.run(.basic) { try await body($0, question) }
        } else {
            try await withTokens(.canary, question) { registry, _, question in try await body(registry, question) }
        }
    }

    @Test(
        "A login that is refused for lists and accepted for manifests is accepted",
        arguments: [VerificationCause.request, .schedule, .confirmation], [VerificationDepth.pull, .push])
    func refusedLogin(_ cause: VerificationCause, _ depth: VerificationDepth) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.answer(Self.challenge, at: registry)
            let outcome = try await Question(depth: depth, cause: cause).ask(registry)
            #expect(outcome.verdict == .accepted(note: nil) && outcome.granted.pull == .yes, "\(outcome)")
            #expect(outcome.granted.push == (depth == .push ? .yes : .unknown))
        }
    }

    @Test(
        "A login that is refused for the list and the manifest is refused",
        arguments: [VerificationCause.request, .schedule, .confirmation])
    func wrongLogin(_ cause: VerificationCause) async throws {
        try await FaultyRegistry.run(RegistryBehavior(users: [Canary.username: "another"], repositories: ["team/image"])) { registry in
            let outcome = try await Question(cause: cause).ask(registry)
            let reason = "\(registry.authority): it answered 401"
            #expect(outcome.kind == "refused" && outcome.text.hasPrefix(reason), "\(outcome)")
            #expect(registry.authorizations.count == (cause == .confirmation ? 1 : 2))
        }
    }

    @Test("A confirmation sends the login once, for a manifest")
    func confirmation() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.answer(.html(500), at: registry)
            let outcome = try await Question(cause: .confirmation).ask(registry)
            #expect(outcome.kind == "accepted")
            #expect(registry.lines == ["GET /v2/", "HEAD \(Self.manifest)"])
        }
    }

    @Test(
        "A login that is refused for lists, and denied or told nothing of the manifest, is denied",
        arguments: [RegistryReply.error(403, "DENIED", "no"), .html(403), .html(404)])
    func deniedLogin(_ reply: RegistryReply) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.answer(Self.challenge, head: reply, get: reply, at: registry)
            let outcome = try await Question().ask(registry)
            #expect(outcome.kind == "denied" && outcome.granted == Grants(), "\(outcome)")
        }
    }

    @Test("A list that the registry does not serve is followed by a manifest", arguments: [400, 405, 406, 410, 501], [true, false])
    func unserved(_ status: Int, _ isBasic: Bool) async throws {
        try await Self.each(isBasic) { registry, question in
            Self.answer(.error(status, "UNSUPPORTED", "no lists"), at: registry)
            let outcome = try await question.ask(registry)
            #expect(outcome.verdict == .accepted(note: nil) && outcome.granted.pull == .yes, "\(outcome)")
        }
    }

    @Test("A registry that serves no list and denies the manifest denies the repository", arguments: [400, 405, 501], [true, false])
    func unservedAndDenied(_ status: Int, _ isBasic: Bool) async throws {
        try await Self.each(isBasic) { registry, question in
            Self.answer(.html(status), head: .html(403), at: registry)
            let outcome = try await question.ask(registry)
            #expect(outcome.kind == "denied", "\(outcome)")
        }
    }

    @Test("A registry that serves neither the list nor the manifest says nothing of the credential", arguments: [400, 405, 501])
    func unservedAtAll(_ status: Int) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.answer(.html(status), head: .html(404), get: .html(404), at: registry)
            let outcome = try await Question().ask(registry)
            #expect(outcome.verdict == .silent(reason: "\(registry.authority): it answered \(status)"))
        }
    }

    struct Head: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: RegistryReply

        static let all = [
            Head(testDescription: "closed", reply: .hangUp), Head(testDescription: "400", reply: .html(400)),
            Head(testDescription: "404", reply: .html(404)), Head(testDescription: "405", reply: .html(405)),
            Head(testDescription: "500", reply: .html(500)), Head(testDescription: "501", reply: .html(501)),
        ]
    }

    @Test("What HEAD of the manifest does not tell is found out with a GET", arguments: Head.all, [true, false])
    func get(_ head: Head, _ isBasic: Bool) async throws {
        try await Self.each(isBasic) { registry, question in
            Self.answer(.error(403, "DENIED", "no lists"), head: head.reply, get: Self.found, at: registry)
            let outcome = try await question.ask(registry)
            #expect(outcome.kind == "accepted" && outcome.granted.pull == .yes, "\(outcome)")
        }
    }
}
