import Domain
import NIOHTTP1
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Requests to token realms", .serialized)
struct TokenRealmTests {
    @Test("A realm on a port that is not allowed receives nothing", arguments: [VerificationDepth.pull, .push], [true, false])
    func unapproved(_ depth: VerificationDepth, _ isHinted: Bool) async throws {
        try await TokenServer.run(.canary) { evil in
            try await FaultyRegistry.run(.open) { registry in
                for path in [tagsPath] + (isHinted ? ["/v2/"] : []) { registry.set(.challenge(evil.challenge()), for: "GET", path) }
                for credential in [Canary.credential, nil] {
                    let outcome = try await TestVerification(credential: credential, depth: depth).run(registry)
                    let command = "docker-cloud registry trust \(registry.authority) --realm \(evil.realm)"
                    let reason = ErrorText(
                        "\(registry.authority) uses a token realm on another host, \(evil.realm), which is not trusted yet",
                        advice: "A server administrator can allow it with '\(command)'")
                    #expect(outcome.verdict == .forbidden(reason: reason))
                    #expect(outcome.realm == nil)
                }
                #expect(registry.authorizations.isEmpty)
            }
            #expect(evil.server.requests.isEmpty && evil.server.openings.isEmpty)
        }
    }

    @Test("A realm disguised as the registry receives nothing", arguments: DisguisedRealm.all)
    func disguised(_ row: DisguisedRealm) async throws {
        try await TokenServer.run(.canary) { evil in
            try await FaultyRegistry.run(.open) { registry in
                let realm = row.realm(registry.authority, evil.authority)
                for path in ["/v2/", tagsPath] { registry.set(.challenge(#"Bearer realm="\#(realm)",service="a""#), for: "GET", path) }
                let outcome = try await TestVerification(depth: .push).run(registry)
                #expect(outcome.kind == "forbidden", "\(outcome)")
                #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"] && registry.authorizations.isEmpty)
            }
            #expect(evil.server.openings.isEmpty)
        }
    }

    @Test("If the realm differs from the pinned one, neither receives anything")
    func changed() async throws {
        try await TokenServer.run(.canary) { evil in
            try await withTokens(.canary, TestVerification(depth: .push)) { registry, tokens, verification in
                let before = try await verification.run(registry)
                #expect(before.realm == tokens.realm)
                let (atRealm, atRegistry) = (tokens.server.requests.count, registry.authorizations.count)
                for path in ["/v2/", tagsPath] { registry.set(.challenge(evil.challenge()), for: "GET", path) }
                let outcome = try await verification.run(registry)
                let command = "docker-cloud registry trust \(registry.authority) --realm \(evil.realm)"
                let reason = ErrorText(
                    "\(registry.authority) now uses another token realm, \(evil.realm), which is not trusted yet",
                    advice: "A server administrator can allow it with '\(command)'")
                #expect(outcome.verdict == .forbidden(reason: reason))
                #expect(tokens.server.requests.count == atRealm && registry.authorizations.count == atRegistry)
            }
            #expect(evil.server.requests.isEmpty && evil.server.openings.isEmpty)
        }
    }

    @Test("A realm on the registry itself needs no approval and is returned for pinning")
    func own() async throws {
        try await FaultyRegistry.run(.open) { registry in
            let realm = "http://\(registry.authority)/token"
            registry.set(.challenge(#"Bearer realm="\#(realm)""#), for: "GET", "/v2/")
            registry.set(.json(200, #"{"token":"abc"}"#), for: "GET", "/token")
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.verdict == .accepted(note: nil))
            #expect(outcome.realm == realm)
            #expect(
                registry.lines == [
                    "GET /v2/", "GET \(tagsPath)?n=1", "GET /token?scope=repository%3Ateam%2Fimage%3Apull&client_id=lighterman",
                    "GET \(tagsPath)?n=1",
                ])
            #expect(registry.authorizations == [Canary.authorization, "Bearer abc"])
        }
    }

    @Test("A redirect of the realm to another origin is not followed", arguments: [301, 302, 303, 307, 308], [false, true])
    func redirects(_ status: Int, _ isPostOnly: Bool) async throws {
        try await TokenServer.run(.canary) { target in
            try await withTokens { registry, tokens, verification in
                if isPostOnly { tokens.server.set(.html(404), for: "GET", "/token") }
                tokens.server.set(.redirect(status, to: target.realm), for: isPostOnly ? "POST" : "GET", "/token")
                let outcome = try await verification.run(registry)
                let realm = "The token realm \(tokens.authority) of \(registry.authority)"
                let reason = "redirects to another origin, which does not receive the credential (\(ResponseStatus(status)))"
                #expect(outcome.verdict == .inconclusive(reason: "\(realm) \(reason)"))
                #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"])
            }
            #expect(target.server.openings.isEmpty)
        }
    }

    @Test(
        "A redirect of the realm within its own origin is followed with the credential", arguments: [301, 302, 303, 307, 308],
        ["/token/", "token/", "//AUTHORITY/token/", "http://AUTHORITY/token/", "HTTP://AUTHORITY/a/../token/"])
    func ownOrigin(_ status: Int, _ location: String) async throws {
        try await withTokens { registry, tokens, verification in
            let location = location.replacing("AUTHORITY", with: tokens.authority)
            tokens.server.set(for: "GET", "/token") { .redirect(status, to: "\(location)?\($0.query)") }
            let outcome = try await verification.run(registry)
            #expect(outcome.verdict == .accepted(note: nil))
            #expect(outcome.realm == tokens.realm)
            #expect(tokens.server.requests.map(\.path) == ["/token", "/token/"])
            #expect(tokens.server.authorizations == [Canary.authorization, Canary.authorization])
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test(
        "A form is sent to another path of the realm only if the redirect preserves the method",
        arguments: [(301, false), (302, false), (303, false), (307, true), (308, true)])
    func redirectedForm(_ status: Int, _ isFollowed: Bool) async throws {
        var behavior = TokenBehavior.canary
        behavior.isPostOnly = true
        try await withTokens(behavior) { registry, tokens, verification in
            tokens.server.set(.redirect(status, to: "/token/"), for: "POST", "/token")
            let outcome = try await verification.run(registry)
            let realm = "The token realm \(tokens.authority) of \(registry.authority)"
            let reason = "redirects to another origin, which does not receive the credential (\(ResponseStatus(status)))"
            #expect(outcome.verdict == (isFollowed ? .accepted(note: nil) : .inconclusive(reason: "\(realm) \(reason)")))
            let lines = tokens.server.requests.map { "\($0.method) \($0.path)" }
            #expect(lines == ["GET /token", "POST /token"] + (isFollowed ? ["POST /token/"] : []))
            let forms = tokens.server.requests.filter { $0.method == "POST" }
            #expect(forms.allSatisfy { $0.authorization == nil && $0.query.isEmpty && !$0.body.isEmpty })
        }
    }

    @Test("A realm that redirects too many times issues no token")
    func loop() async throws {
        try await withTokens { registry, tokens, verification in
            tokens.server.set(for: "GET", "/token") { .redirect(to: "/token?\($0.query)") }
            let outcome = try await verification.run(registry)
            let realm = "The token realm \(tokens.authority) of \(registry.authority)"
            #expect(outcome.verdict == .inconclusive(reason: "\(realm) redirects more than 5 times"))
            #expect(tokens.server.requests.count == 6, "five redirects are followed")
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"])
        }
    }

    @Test("The realm receives the credential byte for byte", arguments: UserRow.all, [false, true])
    func bytes(_ user: UserRow, _ isPostOnly: Bool) async throws {
        var behavior = TokenBehavior(users: [user.name: user.password], rights: [user.name: ["team/image": ["pull"]]])
        behavior.isPostOnly = isPostOnly
        let credential = Credential(username: Secret(user.name), password: Secret(user.password))
        try await withTokens(behavior, TestVerification(credential: credential)) { registry, tokens, verification in
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "accepted")
            let last = try #require(tokens.server.requests.last)
            if isPostOnly {
                #expect(last.headers["Content-Type"] == ["application/x-www-form-urlencoded"])
                #expect(last.authorization == nil && last.target == "/token")
                #expect(
                    tokens.questions.last == [
                        "grant_type": "password", "service": TokenServer.service, "scope": "repository:team/image:pull",
                        "client_id": "lighterman", "username": user.name, "password": user.password,
                    ])
            } else {
                #expect(last.authorization == "Basic \(Canary.base64("\(user.name):\(user.password)"))")
            }
        }
    }

    @Test(
        "The certificate of a realm is verified like the registry's",
        .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func tls() async throws {
        try await withCertificate {
            try await .signed(in: $0)
        } body: { certificate in
            try await TokenServer.run(.canary, speaking: .https(certificate)) { tokens in
                let behavior = RegistryBehavior(repositories: ["team/image"], tokens: tokens)
                try await FaultyRegistry.run(behavior, speaking: .https(certificate)) { registry in
                    let verification = TestVerification(isSSL: true, realm: tokens.realm, authorityPath: certificate.authorityPath)
                    let outcome = try await verification.run(registry)
                    #expect(outcome.verdict == .accepted(note: nil))
                    #expect(tokens.server.openings.allSatisfy { $0 == Opening.tls })
                }
            }
        }
    }

    @Test(
        "A realm with an untrusted certificate receives nothing", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func untrusted() async throws {
        try await withCertificate {
            try await .selfSigned(in: $0)
        } body: { certificate in
            try await TokenServer.run(.canary, speaking: .https(certificate)) { tokens in
                try await FaultyRegistry.run(RegistryBehavior(repositories: ["team/image"], tokens: tokens)) { registry in
                    let outcome = try await TestVerification(realm: tokens.realm).run(registry)
                    let realm = "the token realm \(tokens.authority) of \(registry.authority)"
                    let reason: ErrorText = "The TLS connection to \(realm) failed: the certificate is not trusted"
                    #expect(
                        outcome == VerificationOutcome(verdict: .inconclusive(reason: reason), isSSL: false, failure: RegistryFailure()))
                }
                #expect(tokens.server.requests.isEmpty)
            }
        }
    }

    @Test("An https registry cannot use an http realm", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func downgrade() async throws {
        try await withCertificate {
            try await .signed(in: $0)
        } body: { certificate in
            try await TokenServer.run(.canary) { tokens in
                let behavior = RegistryBehavior(repositories: ["team/image"], tokens: tokens)
                try await FaultyRegistry.run(behavior, speaking: .https(certificate)) { registry in
                    let verification = TestVerification(isSSL: true, realm: tokens.realm, authorityPath: certificate.authorityPath)
                    let outcome = try await verification.run(registry)
                    #expect(outcome.kind == "forbidden")
                    #expect(outcome.text.hasSuffix("it is http, and the registry itself is https"))
                }
                #expect(tokens.server.openings.isEmpty)
            }
        }
    }
}

struct DisguisedRealm: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let realm: @Sendable (_ registry: String, _ evil: String) -> String

    init(_ testDescription: String, _ realm: @escaping @Sendable (String, String) -> String) {
        self.testDescription = testDescription
        self.realm = realm
    }

    static let all = [
        DisguisedRealm("userinfo") { "http://\($0)@\($1)/token" },
        DisguisedRealm("userinfo and password") { "http://a:\($0)@\($1)/token" },
        DisguisedRealm("a name of the same machine") { _, evil in "http://localhost:\(evil.split(separator: ":")[1])/token" },
        DisguisedRealm("an address in another spelling") { _, evil in "http://0x7f.1:\(evil.split(separator: ":")[1])/token" },
        DisguisedRealm("digits of another script") { _, evil in "http://１２７.0.0.1:\(evil.split(separator: ":")[1])/token" },
        DisguisedRealm("dots of another script") { _, evil in "http://127。0。0。1:\(evil.split(separator: ":")[1])/token" },
        DisguisedRealm("without a scheme") { "//\($1)/token" },
        DisguisedRealm("a backslash") { "http://\($1)\\@\($0)/token" },
        DisguisedRealm("an escaped slash") { "http://\($1)%2f@\($0)/token" },
        DisguisedRealm("a fragment") { "http://\($1)#@\($0)/token" },
        DisguisedRealm("a query") { "http://\($1)?@\($0)/token" },
        DisguisedRealm("a trailing dot") { _, evil in "http://127.0.0.1.:\(evil.split(separator: ":")[1])/token" },
        DisguisedRealm("white space") { "http://\($1) /token" },
        DisguisedRealm("IPv6") { _, evil in "http://[::ffff:127.0.0.1]:\(evil.split(separator: ":")[1])/token" },
        DisguisedRealm("nothing") { _, _ in "" },
    ]
}

struct UserRow: Sendable, CustomTestStringConvertible {
    let name: String
    let password: String

    var testDescription: String { name }

    /// User names and passwords as registries issue them.
    static let all = [
        UserRow(name: "AWS", password: String(repeating: "eyJwYXlsb2FkIjoi/+=", count: 100)),
        UserRow(name: "_json_key", password: "{\n  \"type\": \"service_account\",\n  \"private_key\": \"-----BEGIN\\n&=+%41 é\\n\"\r\n}\n"),
        UserRow(name: "oauth2accesstoken", password: "ya29.a0-_~"), UserRow(name: "$oauthtoken", password: "$pass word"),
        UserRow(name: "org+robot", password: "+ +%2B"), UserRow(name: "00000000-0000-0000-0000-000000000000", password: "a"),
        UserRow(name: Canary.username, password: Canary.password),
    ]
}
