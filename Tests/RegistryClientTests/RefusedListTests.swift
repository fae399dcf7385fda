import Domain
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Refused tag lists", .serialized)
struct RefusedListTests {
    private static let manifest = "/v2/team/image/manifests/latest"
    private static let challenge = RegistryReply.challenge(#"Basic realm="Test registry""#)
    private static let found = RegistryReply.answer(status: 200, body: Array(#"{"schemaVersion":2}"#.utf8))

    /// Sets the responses to authorized requests for the list and the manifest. Other requests have the usual responses.
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

    /// Runs a test with Basic or with tokens.
    private static func each(
        _ isBasic: Bool, _ verification: TestVerification = TestVerification(),
        _ body: (FaultyRegistry, TestVerification) async throws -> Void
    ) async throws {
        if isBasic {
            try await FaultyRegistry.run(.basic) { try await body($0, verification) }
        } else {
            try await withTokens(.canary, verification) { registry, _, verification in try await body(registry, verification) }
        }
    }

    @Test(
        "A login that is refused for lists and accepted for manifests is accepted",
        arguments: [VerificationCause.request, .schedule, .confirmation], [VerificationDepth.pull, .push])
    func refusedLogin(_ cause: VerificationCause, _ depth: VerificationDepth) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.answer(Self.challenge, at: registry)
            let outcome = try await TestVerification(depth: depth, cause: cause).run(registry)
            #expect(outcome.verdict == .accepted(note: nil) && outcome.granted.pull == .yes, "\(outcome)")
            #expect(outcome.granted.push == (depth == .push ? .yes : .unknown))
        }
    }

    @Test(
        "A login that is refused for the list and the manifest is refused",
        arguments: [VerificationCause.request, .schedule, .confirmation])
    func wrongLogin(_ cause: VerificationCause) async throws {
        try await FaultyRegistry.run(RegistryBehavior(users: [Canary.username: "another"], repositories: ["team/image"])) { registry in
            let outcome = try await TestVerification(cause: cause).run(registry)
            let login = cause == .request ? "this user name and password" : "the stored user name and password"
            #expect(outcome.kind == "refused", "\(outcome)")
            #expect(outcome.text == "\(registry.authority) rejected \(login) (401 Unauthorized)")
            #expect(registry.authorizations.count == (cause == .confirmation ? 1 : 2))
        }
    }

    @Test("A confirmation sends the login once, for a manifest")
    func confirmation() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.answer(.html(500), at: registry)
            let outcome = try await TestVerification(cause: .confirmation).run(registry)
            #expect(outcome.kind == "accepted")
            #expect(registry.lines == ["GET /v2/", "HEAD \(Self.manifest)"])
        }
    }

    @Test(
        "A login refused for lists is denied if the manifest is denied as well",
        arguments: [RegistryReply.error(403, "DENIED", "no"), .html(403)])
    func deniedLogin(_ reply: RegistryReply) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.answer(Self.challenge, head: reply, get: reply, at: registry)
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == "denied" && outcome.granted == Grants(), "\(outcome)")
        }
    }

    private static let forbiddenPlaces = [
        "http://10.0.0.1/list", "http://169.254.169.254/list", "ftp://1.1.1.1/list", "http://[::1]:1/list", "javascript:alert(1)",
        "http://user@1.1.1.1/list", "http://1.1.1.1/\(String(repeating: "a", count: 9000))",
    ]

    @Test(
        "A list that redirects to a place that is not allowed is followed by a request for a manifest", arguments: forbiddenPlaces,
        [true, false])
    func forbiddenRedirect(_ place: String, _ isBasic: Bool) async throws {
        try await Self.each(isBasic) { registry, verification in
            Self.answer(.redirect(307, to: place), at: registry)
            let outcome = try await verification.run(registry)
            #expect(outcome.verdict == .accepted(note: nil) && outcome.granted.pull == .yes, "\(outcome)")
            for manifest in [RegistryReply.redirect(307, to: place), .html(400), .html(500)] {
                Self.answer(.redirect(307, to: place), head: manifest, get: manifest, at: registry)
                let outcome = try await verification.run(registry)
                #expect(outcome.kind == "inconclusive" && outcome.isReached && !outcome.isLoginRefused, "\(outcome)")
            }
        }
    }

    @Test(
        "A list that redirects to a host that refuses it is followed by a request for a manifest", arguments: [401, 403],
        [true, false])
    func refusedElsewhere(_ status: Int, _ isPublic: Bool) async throws {
        try await FaultyRegistry.run { other in
            other.intercept { _ in .error(status, "DENIED", "no") }
            try await FaultyRegistry.run(isPublic ? .open : .basic) { registry in
                registry.intercept { request in
                    guard isPublic || request.authorization != nil else { return nil }
                    if request.path == tagsPath { return .redirect(307, to: "http://\(other.authority)/list") }
                    return request.path == Self.manifest ? Self.found : nil
                }
                var verification = TestVerification(allowed: [other.authority])
                if isPublic { verification.credential = nil }
                let outcome = try await verification.run(registry)
                #expect(outcome.kind == "accepted" && outcome.granted.pull == .yes, "\(outcome)")
                #expect(other.lines.count == 1 && other.authorizations.isEmpty)
            }
        }
    }

    @Test("An incomplete 404 to the manifest does not show that the repository is absent")
    func truncatedAbsence() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.answer(.error(403, "DENIED", "no"), head: .answer(status: 404), get: .truncated(status: 404), at: registry)
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == "inconclusive", "\(outcome)")
        }
    }

    @Test("An unsupported list is followed by a request for a manifest", arguments: [400, 405, 406, 410, 501], [true, false])
    func unserved(_ status: Int, _ isBasic: Bool) async throws {
        try await Self.each(isBasic) { registry, verification in
            Self.answer(.error(status, "UNSUPPORTED", "no lists"), at: registry)
            let outcome = try await verification.run(registry)
            #expect(outcome.verdict == .accepted(note: nil) && outcome.granted.pull == .yes, "\(outcome)")
        }
    }

    @Test("A repository is denied if lists are unsupported and the manifest is denied", arguments: [400, 405, 501], [true, false])
    func unservedAndDenied(_ status: Int, _ isBasic: Bool) async throws {
        try await Self.each(isBasic) { registry, verification in
            Self.answer(.html(status), head: .html(403), at: registry)
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "denied", "\(outcome)")
        }
    }

    @Test("A registry that serves neither list nor manifest is inconclusive", arguments: [400, 405, 501])
    func unservedAtAll(_ status: Int) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.answer(.html(status), head: .html(404), get: .html(404), at: registry)
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.verdict == .inconclusive(reason: "\(registry.authority) responded with an error (\(ResponseStatus(status)))"))
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

    @Test("An inconclusive HEAD of the manifest is followed by a GET", arguments: Head.all, [true, false])
    func get(_ head: Head, _ isBasic: Bool) async throws {
        try await Self.each(isBasic) { registry, verification in
            Self.answer(.error(403, "DENIED", "no lists"), head: head.reply, get: Self.found, at: registry)
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "accepted" && outcome.granted.pull == .yes, "\(outcome)")
        }
    }
}
