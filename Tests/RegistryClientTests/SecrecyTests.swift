import Domain
import NIOHTTP1
import RegistryClient
import TestSupport
import Testing

@Suite("Secrecy of credentials", .serialized)
struct SecrecyTests {
    @Test("A credential that the registry repeats does not appear in an outcome", arguments: Echo.all, Self.routes)
    func echoed(_ echo: Echo, _ route: Route) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(for: route.method, route.path) { request in
                request.authorization == nil ? .challenge("Basic") : echo.reply(to: request)
            }
            let outcome = try await TestVerification(depth: .push).run(registry)
            #expect(!registry.authorizations.isEmpty)
            expectSilence(outcome)
        }
    }

    @Test(
        "A credential in the name of a scheme does not appear in an outcome",
        arguments: Canary.spellings, ["/v2/", tagsPath])
    func schemes(_ spelling: String, _ path: String) async throws {
        for behavior in [RegistryBehavior.basic, .open] {
            try await FaultyRegistry.run(behavior) { registry in
                registry.set(.challenge(spelling, "\(spelling) realm=\"\(spelling)\""), for: "GET", path)
                expectSilence(try await TestVerification().run(registry))
            }
        }
    }

    @Test("A long scheme name does not make the reason long")
    func longScheme() async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.challenge(String(repeating: "a", count: 10_000)), for: "GET", tagsPath)
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == "unsupported")
            #expect(outcome.text.utf8.count < 300)
        }
    }

    @Test("Ordinary refusals contain no secret", arguments: [401, 403, 404, 429, 500], [tagsPath, uploadsPath])
    func refusals(_ status: Int, _ path: String) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            for method in ["GET", "POST"] { registry.set(.error(status, "A", "b"), for: method, path) }
            expectSilence(try await TestVerification(depth: .push).run(registry))
        }
    }

    @Test(
        "The error of a failed connection contains no secret",
        arguments: [.hangUp, .truncated(status: 200), .hugeHeader] as [RegistryReply])
    func connections(_ reply: RegistryReply) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(reply, for: "GET", tagsPath)
            expectSilence(try await TestVerification().run(registry))
        }
    }

    @Test("Printing a verification reveals no secret")
    func printed() {
        var text = ""
        dump(TestVerification(), to: &text)
        text += "\(TestVerification()) \(String(reflecting: TestVerification()))"
        #expect(Canary.traces(in: text).isEmpty)
    }

    @Test("The test's search finds each encoding of the credential", arguments: Canary.spellings)
    func search(_ spelling: String) {
        #expect(!Canary.traces(in: "a \(spelling) b").isEmpty)
        #expect(Canary.traces(in: "nothing of the kind").isEmpty)
    }

    private func expectSilence(_ outcome: VerificationOutcome, sourceLocation: SourceLocation = #_sourceLocation) {
        var text = outcome.text
        dump(outcome, to: &text)
        text += "\(outcome) \(String(reflecting: outcome))"
        #expect(Canary.traces(in: text).isEmpty, sourceLocation: sourceLocation)
    }

    struct Route: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        var testDescription: String { "\(method) \(path)" }
    }

    static let routes = [
        Route(method: "GET", path: tagsPath), Route(method: "POST", path: uploadsPath), Route(method: "DELETE", path: "\(uploadsPath)1"),
    ]
}

/// A way in which a registry repeats the received credential.
struct Echo: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reply: @Sendable (String) -> RegistryReply

    func reply(to request: RegistryRecord) -> RegistryReply {
        reply(request.authorization ?? "")
    }

    static let all = headers + spellings + encodings + [elsewhere]

    private static let statuses = [401, 403, 404, 500]

    private static let headers: [Echo] = statuses.flatMap { status in
        [
            Echo(testDescription: "\(status): header in a message") { .error(status, "DENIED", "bad header: \($0)") },
            Echo(testDescription: "\(status): header as a code") { .error(status, $0, "no") },
            Echo(testDescription: "\(status): header in lower case") { .error(status, "DENIED", $0.lowercased()) },
            Echo(testDescription: "\(status): header as a scheme") {
                .error(status, "DENIED", "no", headers: ["WWW-Authenticate": String($0.dropFirst("Basic ".count))])
            },
        ]
    }

    private static let spellings: [Echo] = statuses.flatMap { status in
        Canary.spellings.map { spelling in
            Echo(testDescription: "\(status): \(spelling)") { _ in .error(status, "DENIED", "user \(spelling) unknown") }
        }
    }

    private static let encodings: [Echo] = Canary.encodings.map { text in
        Echo(testDescription: "403: \(text)") { _ in .error(403, "DENIED", text) }
    }

    private static let elsewhere = Echo(testDescription: "elsewhere, with the credential") {
        .redirect(to: "http://127.0.0.1:1/?\(Canary.urlEscaped($0))")
    }
}
