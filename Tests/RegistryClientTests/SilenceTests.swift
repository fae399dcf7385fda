import Domain
import RegistryClient
import TestSupport
import Testing

@Suite("Answers that say nothing of a credential", .serialized)
struct SilenceTests {
    @Test("A first contact that fails is silent and says why", arguments: SilentRow.contact)
    func contact(_ row: SilentRow) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(row.reply, for: "GET", "/v2/")
            let outcome = try await Question(depth: .push).ask(registry)
            #expect(outcome.verdict == .silent(reason: "\(registry.authority): \(row.reason)"))
            #expect(outcome.granted == Grants())
            #expect(registry.authorizations.isEmpty, "nothing was asked for")
        }
    }

    @Test("A call on the repository that fails is silent and says why", arguments: SilentRow.repository)
    func repository(_ row: SilentRow) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(row.reply, for: "GET", tagsPath)
            let outcome = try await Question(depth: .push, isSSL: nil).ask(registry)
            #expect(outcome.verdict == .silent(reason: "\(registry.authority): \(row.reason)"))
            #expect(outcome.granted == Grants())
            #expect(outcome.isSSL == false, "the first contact has shown it")
            #expect(!registry.requests.contains { $0.method == "POST" })
        }
    }

    @Test("What does not speak HTTP is silent", arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}\r\n\r\n"])
    func noise(_ bytes: String) async throws {
        try await FaultyRegistry.run(speaking: .noise(Array(bytes.utf8))) { registry in
            let outcome = try await Question().ask(registry)
            #expect(outcome.verdict == .silent(reason: "\(registry.authority): what it answered is not HTTP"))
        }
    }

    @Test("A port where nobody listens is silent", arguments: [true, false, nil])
    func refusedConnection(_ isSSL: Bool?) async throws {
        let authority = "127.0.0.1:\(try LoopbackPort.free())"
        let outcome = try await Question(isSSL: isSSL).ask(authority)
        #expect(outcome == VerificationOutcome(verdict: .silent(reason: "\(authority): the connection was refused"), isSSL: isSSL))
    }

    @Test("A host that does not exist is silent")
    func unknownHost() async throws {
        let outcome = try await Question(isSSL: true).ask("registry.invalid")
        #expect(outcome.kind == "silent")
        #expect(outcome.text == "registry.invalid: the host name is not known")
    }
}

struct SilentRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reply: RegistryReply
    let reason: String

    init(_ testDescription: String, _ reply: RegistryReply, _ reason: String) {
        self.testDescription = testDescription
        self.reply = reply
        self.reason = reason
    }

    static let broken = "the connection broke"

    static let contact = [
        SilentRow("hangs up", .hangUp, broken),
        SilentRow("truncated", .truncated(status: 200), broken),
        SilentRow("500", .html(500), "it answered 500 to GET /v2/"),
        SilentRow("429", .tooManyRequests(retryAfter: 60), "it answered 429: too many requests"),
        SilentRow("redirect", .redirect(to: "https://elsewhere.example/v2/"), "it redirects GET /v2/ elsewhere, which is not followed"),
        SilentRow("404", .html(404), "there is no registry: GET /v2/ is not found"),
        SilentRow("401 without a challenge", .html(401), "it answered 401 without saying how to authenticate"),
        SilentRow("401 with an empty challenge", .challenge(""), "it answered 401 without saying how to authenticate"),
        SilentRow("401 with rubbish", .challenge("@@@", "=,"), "it answered 401 without saying how to authenticate"),
        SilentRow("403", .html(403), "it answered 403 to GET /v2/"),
        SilentRow("a huge header", .hugeHeader, "what it answered is not HTTP"),
    ]

    static let repository = [
        SilentRow("hangs up", .hangUp, broken),
        SilentRow("truncated", .truncated(status: 200), broken),
        SilentRow("a refusal that is truncated", .truncated(status: 401), broken),
        SilentRow("500", .error(500, "UNKNOWN", "oops"), "it answered 500, UNKNOWN: oops"),
        SilentRow("503", .html(503), "it answered 503"),
        SilentRow("429", .tooManyRequests(retryAfter: 60), "it answered 429, TOOMANYREQUESTS: slow down"),
        SilentRow("redirect", .redirect(to: "https://elsewhere.example/"), "it answered 307"),
        SilentRow("404 of a web server", .html(404), "it answered 404"),
        SilentRow("404 of another kind", .error(404, "PAGE_UNKNOWN", "?"), "it answered 404, PAGE_UNKNOWN: ?"),
        SilentRow("204", .answer(status: 204), "it answered 204"),
        SilentRow("a huge header", .hugeHeader, "what it answered is not HTTP"),
    ]
}
