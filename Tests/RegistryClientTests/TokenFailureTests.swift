import Domain
import NIOCore
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Failures of token realms", .serialized)
struct TokenFailureTests {
    @Test("A realm that issues no token is inconclusive, with the reason", arguments: FailingRealm.all, [false, true])
    func silent(_ row: FailingRealm, _ isPostOnly: Bool) async throws {
        try await withTokens(.canary, TestVerification(depth: .push, timeLimit: .seconds(2))) { registry, tokens, verification in
            if isPostOnly { tokens.server.set(.html(405), for: "GET", "/token") }
            tokens.server.set(row.reply, for: isPostOnly ? "POST" : "GET", "/token")
            let answer = try await verification.timed(registry.authority)
            let reason = row.reason("token realm \(tokens.authority) of \(registry.authority)")
            let failure = RegistryFailure(retryAfter: row.sentence.contains("429") ? "1" : nil)
            #expect(answer.outcome == VerificationOutcome(verdict: .inconclusive(reason: reason), isSSL: false, failure: failure))
            #expect(answer.elapsed < .seconds(4))
            // The repository itself demands a token of this realm.
            #expect(registry.lines == ["GET /v2/"] + (row.isLast ? [] : ["GET \(tagsPath)?n=1"]))
            expectSecrecy(answer.outcome, registry, tokens)
        }
    }

    @Test("An unreachable realm is inconclusive")
    func refusedConnection() async throws {
        try await FaultyRegistry.run(.open) { registry in
            let authority = "127.0.0.1:\(try LoopbackPort.free())"
            for path in ["/v2/", tagsPath] { registry.set(.challenge(#"Bearer realm="http://\#(authority)/token""#), for: "GET", path) }
            let outcome = try await TestVerification(realm: "http://\(authority)/token").run(registry)
            let realm = "the token realm \(authority) of \(registry.authority)"
            let reason: ErrorText = "The request to \(realm) failed: the connection was refused"
            #expect(outcome == VerificationOutcome(verdict: .inconclusive(reason: reason), isSSL: false, failure: RegistryFailure()))
        }
    }

    @Test("An endless response of a realm is not read to its end")
    func endless() async throws {
        try await withTokens { registry, tokens, verification in
            tokens.server.set(.endless(status: 200), for: "GET", "/token")
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "inconclusive")
            #expect(tokens.server.sentBodyBytes < 32 << 20)
            try await eventually { tokens.server.connectionCount == 0 }
        }
    }

    @Test(
        "A form is sent only to a realm that responds with 404 or 405 to GET",
        arguments: [200, 201, 301, 400, 401, 403, 406, 410, 429, 500, 501])
    func form(_ status: Int) async throws {
        try await withTokens { registry, tokens, verification in
            tokens.server.set(.error(status, "A", "b"), for: "GET", "/token")
            _ = try await verification.run(registry)
            #expect(tokens.server.requests.allSatisfy { $0.method == "GET" && $0.body.isEmpty })
        }
    }

    @Test("No form is sent without a credential", arguments: [404, 405])
    func noForm(_ status: Int) async throws {
        try await withTokens(.canary, TestVerification(credential: nil)) { registry, tokens, verification in
            tokens.server.set(.html(status), for: "GET", "/token")
            let outcome = try await verification.run(registry)
            let realm = "The token realm \(tokens.authority) of \(registry.authority)"
            #expect(outcome.verdict == .inconclusive(reason: "\(realm) responded with an error (\(ResponseStatus(status)))"))
            #expect(tokens.server.requests.map(\.method) == ["GET"])
        }
    }

    @Test(
        "All forms of a realm's refusal are recognised",
        arguments: [
            (#"{"details":"incorrect username or password"}"#, ", 'incorrect username or password'"),
            (#"{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}"#, ", 'UNAUTHORIZED: no'"),
            (#"{"error":"access_denied","error_description":"no"}"#, ", 'access_denied: no'"), (#"{"error":"denied"}"#, ", 'denied'"),
            (#"{"message":"no"}"#, ""), ("<html>", ""), ("", ""),
        ])
    func reasons(_ body: String, _ reason: String) async throws {
        try await withTokens { registry, tokens, verification in
            tokens.server.set(.json(401, body), for: "GET", "/token")
            let outcome = try await verification.run(registry)
            let realm = "The token realm \(tokens.authority) of \(registry.authority)"
            #expect(outcome.verdict == .refused(reason: "\(realm) rejected this user name and password (401 Unauthorized\(reason))"))
        }
    }

    @Test("OAuth's invalid_grant is a refusal of the login")
    func invalidGrant() async throws {
        try await withTokens { registry, tokens, verification in
            tokens.server.set(.html(405), for: "GET", "/token")
            tokens.server.set(.json(400, #"{"error":"invalid_grant"}"#), for: "POST", "/token")
            let refused = try await verification.run(registry)
            #expect(refused.kind == "refused")
            tokens.server.set(.json(400, #"{"error":"invalid_request"}"#), for: "POST", "/token")
            let silent = try await verification.run(registry)
            #expect(silent.kind == "inconclusive")
        }
    }

    @Test("A credential that the realm repeats does not appear in an outcome", arguments: [400, 401, 403, 500], [false, true])
    func echoed(_ status: Int, _ isPostOnly: Bool) async throws {
        for spelling in Canary.spellings {
            try await withTokens { registry, tokens, verification in
                if isPostOnly { tokens.server.set(.html(405), for: "GET", "/token") }
                for key in ["details", "error", "error_description"] {
                    let body = #"{"error":"invalid_grant","\#(key)":\#(Self.json("user \(spelling)"))}"#
                    tokens.server.set(.json(status, body), for: isPostOnly ? "POST" : "GET", "/token")
                    expectSecrecy(try await verification.run(registry), registry, tokens)
                }
            }
        }
    }

    @Test("A token that the registry repeats does not appear in an outcome", arguments: [401, 403, 404, 500], [false, true])
    func echoedToken(_ status: Int, _ isOpaque: Bool) async throws {
        var behavior = TokenBehavior.canary
        behavior.isOpaque = isOpaque
        try await withTokens(behavior) { registry, tokens, verification in
            registry.hideManifest()
            registry.set(for: "GET", tagsPath) { .error(status, "DENIED", "bad header: \($0.authorization ?? "")") }
            let outcome = try await verification.run(registry)
            // The message is not used if the repository is absent.
            #expect(status == 404 ? outcome.verdict == .absent : outcome.text.contains("repeats the credential"))
            expectSecrecy(outcome, registry, tokens)
        }
    }

    private static func json(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}

struct FailingRealm: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reply: RegistryReply
    let sentence: String

    /// Whether no further request is sent, for lack of time or because of a limit.
    var isLast: Bool { sentence.contains("in time") || sentence.contains("429") }

    /// - Parameter sentence: with `R` in place of the realm.
    init(_ testDescription: String, _ reply: RegistryReply, _ sentence: String) {
        self.testDescription = testDescription
        self.reply = reply
        self.sentence = sentence
    }

    func reason(_ realm: String) -> ErrorText { "\(sentence.replacing("R ", with: "\(realm) "))" }

    private static let without = "The R responded without a token (200 OK)"
    private static let late = "The R did not respond in time"
    private static let broken = "The request to the R failed: the connection was lost"

    static let all = [
        FailingRealm("hangs", .hang, late),
        FailingRealm("hangs in its answer", .hangInBody(status: 200), late),
        FailingRealm("hangs up", .hangUp, broken),
        FailingRealm("truncated", .truncated(status: 200), broken),
        FailingRealm("500", .html(500), "The R responded with an error (500 Internal Server Error)"),
        FailingRealm(
            "429", .tooManyRequests(retryAfter: 1),
            "The R limits the rate of requests (429 Too Many Requests, 'TOOMANYREQUESTS: slow down')"),
        FailingRealm(
            "400", .json(400, #"{"error":"invalid_scope"}"#), "The R responded with an error (400 Bad Request, 'invalid_scope')"),
        FailingRealm("endless", .endless(status: 200), without),
        FailingRealm("no JSON", .html(200), without),
        FailingRealm("no answer", .answer(status: 200), without),
        FailingRealm("no token", .json(200, "{}"), without),
        FailingRealm("a token of another type", .json(200, #"{"token":1}"#), without),
        FailingRealm("a token that is two header fields", .json(200, #"{"token":"a\r\nHost: evil"}"#), without),
    ]
}
