import Domain
import NIOHTTP1
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Verification needs no more rights than pulls and pushes", .serialized)
struct VerificationRowsTests {
    private static let pull = "repository:team/image:pull"
    private static let pullAndPush = "repository:team/image:pull,push"

    /// Forbids the list, and sets the response for manifests.
    private static func forbidLists(
        _ list: RegistryReply, head: RegistryReply, get: RegistryReply = .html(500), at registry: FaultyRegistry
    ) {
        registry.set(list, for: "GET", tagsPath)
        registry.intercept { request in
            guard request.path.contains("/manifests/") else { return nil }
            return request.method == "HEAD" ? head : get
        }
    }

    struct List: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: RegistryReply
    }

    private static let lists = [
        List(testDescription: "403 DENIED", reply: .error(403, "DENIED", "no")),
        List(testDescription: "403 with a page", reply: .html(403)),
        List(testDescription: "403 UNSUPPORTED", reply: .error(403, "UNSUPPORTED", "not authorized to perform: ecr:ListImages")),
    ]

    private static let found = Array(#"{"schemaVersion":2}"#.utf8)

    @Test("A credential that may pull but not list is accepted", arguments: lists, [VerificationDepth.pull, .push])
    func listForbidden(_ list: List, _ depth: VerificationDepth) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.forbidLists(list.reply, head: .answer(status: 200, body: Self.found), at: registry)
            let outcome = try await TestVerification(depth: depth).run(registry)
            #expect(outcome.kind == "accepted" && outcome.granted.pull == .yes, "\(outcome)")
            #expect(outcome.granted.push == (depth == .push ? .yes : .unknown))
        }
    }

    @Test(
        "A credential that may pull but not list is accepted with tokens as well",
        arguments: ["insufficient_scope", nil] as [String?], [VerificationDepth.pull, .push])
    func listNeedsMore(_ error: String?, _ depth: VerificationDepth) async throws {
        try await withTokens(.canary, TestVerification(depth: depth)) { registry, tokens, verification in
            let list = RegistryReply.challenge(tokens.challenge(scope: "registry:catalog:*", error: error))
            Self.forbidLists(list, head: .answer(status: 200, body: Self.found), at: registry)
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "accepted" && outcome.granted.pull == .yes, "\(outcome)")
        }
    }

    private static let unknown: [List] = [
        List(testDescription: "MANIFEST_UNKNOWN", reply: .error(404, "MANIFEST_UNKNOWN", "none")),
        List(
            testDescription: "MANIFEST_UNKNOWN with a detail",
            reply: .json(404, #"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"none","detail":{"Tag":"latest"}}]}"#)),
        List(testDescription: "MANIFEST_UNKNOWN without a message", reply: .json(404, #"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#)),
    ]

    @Test("MANIFEST_UNKNOWN shows the right to pull", arguments: unknown, lists)
    func unknownManifest(_ manifest: List, _ list: List) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.forbidLists(list.reply, head: manifest.reply, get: manifest.reply, at: registry)
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == "accepted" && outcome.granted.pull == .yes, "\(outcome)")
        }
    }

    @Test("404 to a manifest after a forbidden list does not deny pulls", arguments: absences, lists)
    func absentManifest(_ manifest: List, _ list: List) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.forbidLists(list.reply, head: manifest.reply, get: manifest.reply, at: registry)
            let outcome = try await TestVerification().run(registry)
            #expect(outcome == VerificationOutcome(verdict: .absent, isSSL: false))
        }
        try await withTokens { registry, tokens, verification in
            registry.intercept { request in
                guard request.authorization != nil else { return nil }
                if request.path == tagsPath { return list.reply }
                return request.path.contains("/manifests/") ? manifest.reply : nil
            }
            let outcome = try await verification.run(registry)
            #expect(outcome.verdict == .absent && outcome.granted.pull != .no, "\(outcome)")
        }
    }

    @Test("A forbidden manifest after a forbidden list is a refusal", arguments: [401, 403], lists)
    func allForbidden(_ status: Int, _ list: List) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let reply = RegistryReply.error(status, "DENIED", "no")
            Self.forbidLists(list.reply, head: reply, get: reply, at: registry)
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == (status == 401 ? "refused" : "denied"), "\(outcome)")
        }
    }

    @Test("A temporary failure of the manifest does not accept the credential", arguments: [429, 500, 503])
    func failing(_ status: Int) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let reply = RegistryReply.error(status, "UNKNOWN", "later")
            Self.forbidLists(.error(403, "DENIED", "no"), head: reply, get: reply, at: registry)
            let outcome = try await TestVerification().run(registry)
            let failure = status == 429 ? "limits the rate of requests" : "responded with an error"
            // The manifest is requested with HEAD, and again with GET unless the first response is 429.
            let quotation = status == 429 ? "" : ", 'UNKNOWN: later'"
            #expect(
                outcome.verdict == .inconclusive(reason: "\(registry.authority) \(failure) (\(ResponseStatus(status))\(quotation))"))
            #expect(outcome.granted == Grants())
        }
    }

    /// Whether a realm's response to a request for more than pulls denies the push. 401 may refuse the login as well, so that the right to pull is
    /// requested once more.
    struct RealmRefusal: Sendable, CustomTestStringConvertible {
        let status: Int
        let push: Grant
        let scopes: [[String]]

        var testDescription: String { "\(status)" }
    }

    private static let realmRefusals = [
        RealmRefusal(status: 400, push: .unknown, scopes: [[pull], [pullAndPush]]),
        RealmRefusal(status: 401, push: .no, scopes: [[pull], [pullAndPush], [pull]]),
        RealmRefusal(status: 403, push: .no, scopes: [[pull], [pullAndPush]]),
    ]

    @Test("A realm that refuses the right to push does not deny pulls", arguments: realmRefusals, [VerificationDepth.pull, .push])
    func realmRefusesPush(_ row: RealmRefusal, _ depth: VerificationDepth) async throws {
        try await withTokens(.canary(may: ["pull"]), TestVerification(depth: depth)) { registry, tokens, verification in
            tokens.server.intercept { request in
                request.parameters("scope").contains { $0.contains("push") } ? .json(row.status, #"{"details":"not allowed"}"#) : nil
            }
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "accepted" && outcome.granted.pull == .yes, "\(outcome)")
            #expect(outcome.granted.push == (depth == .push ? row.push : .unknown))
            #expect(tokens.scopes == (depth == .push ? row.scopes : [[Self.pull]]))
            #expect(tokens.server.authorizations.allSatisfy { $0 == Canary.authorization })
            #expect(registry.requests.allSatisfy { $0.method == "GET" || $0.authorization == nil })
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test("The right to pull is requested first, and the right to push only for a push check", arguments: [VerificationDepth.pull, .push])
    func order(_ depth: VerificationDepth) async throws {
        try await withTokens(.canary, TestVerification(depth: depth)) { registry, tokens, verification in
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "accepted" && outcome.granted.pull == .yes)
            let expected = depth == .push ? [[Self.pull], [Self.pullAndPush]] : [[Self.pull]]
            #expect(Array(tokens.scopes.prefix(expected.count)) == expected, "\(tokens.scopes)")
            #expect(depth == .push || tokens.scopes.count == 1)
            if depth == .push { #expect(outcome.granted.push == .yes) }
        }
    }

    private static let absences = [
        List(testDescription: "NOT_FOUND", reply: .error(404, "NOT_FOUND", "project or repository not found")),
        List(testDescription: "NAME_UNKNOWN", reply: .error(404, "NAME_UNKNOWN", "none")),
        List(testDescription: "a page", reply: .html(404)),
        List(testDescription: "nothing", reply: .answer(status: 404)),
        List(testDescription: "another document", reply: .json(404, #"{"error":"none"}"#)),
        List(testDescription: "another code", reply: .error(404, "PAGE_UNKNOWN", "?")),
    ]

    @Test("A list that is not found after an accepted credential means an absent repository", arguments: absences)
    func absent(_ list: List) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(list.reply, for: "GET", tagsPath)
            let outcome = try await TestVerification().run(registry)
            #expect(outcome == VerificationOutcome(verdict: .absent, isSSL: false))
        }
        try await withTokens { registry, tokens, verification in
            registry.set(list.reply, for: "GET", tagsPath)
            let outcome = try await verification.run(registry)
            #expect(
                outcome == VerificationOutcome(verdict: .absent, granted: Grants(pull: .yes), isSSL: false, realm: tokens.realm))
        }
    }

    @Test("The list decides, regardless of the response at /v2/", arguments: [200, 403, 404, 405, 500])
    func versionEndpoint(_ status: Int) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(status == 200 ? .json(200, "{}") : .html(status), for: "GET", "/v2/")
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == "accepted" && outcome.granted.pull == .yes, "\(outcome)")
            let wrong = Credential(username: Secret("somebody"), password: Secret("else"))
            let refused = try await TestVerification(credential: wrong).run(registry)
            #expect(refused.kind == "refused", "\(refused)")
        }
    }
}
