import Domain
import Naming
import Testing

@testable import RegistryClient

@Suite("Sentences about failed requests")
struct FailureSentenceTests {
    /// A failure and its sentence, with `R` in place of the host.
    struct Row: Sendable, CustomTestStringConvertible {
        let failure: RequestFailure
        let sentence: String
        var advice: String?

        var testDescription: String { sentence }

        init(_ failure: RequestFailure, _ sentence: String, advice: String? = nil) {
            self.failure = failure
            self.sentence = sentence
            self.advice = advice
        }

        private static let trust =
            "A server administrator can allow it with 'docker-cloud registry trust registry.example:5000 --realm https://auth.example/token'"

        static let all = [
            Row(.rejectedLogin(.request), "R rejected this user name and password"),
            Row(.rejectedLogin(.use), "R rejected the stored user name and password"),
            Row(.rejectedLogin(.confirmation), "R rejected the stored user name and password"),
            Row(.deniedAccess(.request), "R denied access to the repository with this user name and password"),
            Row(.deniedAccess(.use), "R denied access to the repository with the stored user name and password"),
            Row(.deniedAccess(nil), "R denied anonymous access to the repository"),
            Row(.requiresLogin, "R requires a user name and a password"),
            Row(.namesNoScheme, "R rejected the request without naming an authentication scheme"),
            Row(.namesNoRealm, "R requires a bearer token without naming a realm"),
            Row(.unsupportedScheme, "R requires an authentication scheme that is not supported"),
            Row(.rejectedToken, "R rejected a token from its own realm"),
            Row(.issuedNoToken, "R responded without a token"),
            Row(.limitsRate, "R limits the rate of requests"),
            Row(.error, "R responded with an error"),
            Row(.unexpectedStatus, "R responded with an unexpected status"),
            Row(.unexpectedBody, "R did not respond with a list of tags"),
            Row(.isNoRegistry, "R does not implement the registry API"),
            Row(.hidesRepository, "R has no such repository, or hides it, and did not request the user name and password"),
            Row(.interruptsUpload(demand: "authentication"), "R demanded authentication in the middle of an upload"),
            Row(.redirectsTooOften(limit: 5), "R redirects more than 5 times"),
            Row(.redirectsLogin, "R redirects to another origin, which does not receive the credential"),
            Row(.redirectsToPlainHTTP, "R redirects from https to http, which is not followed"),
            Row(.unusableRedirect("it is too long"), "R redirects to an invalid URL: it is too long"),
            Row(.unusableNextPage("it is too long"), "R names an invalid URL for the next page: it is too long"),
            Row(.unusableRealm("it is too long"), "R names a token realm that cannot be used: it is too long"),
            Row(
                .foreignRealm("https://auth.example/token"),
                "R uses a token realm on another host, https://auth.example/token, which is not trusted yet", advice: trust),
            Row(
                .changedRealm("https://auth.example/token"),
                "R now uses another token realm, https://auth.example/token, which is not trusted yet", advice: trust),
        ]
    }

    private static let registry = RegistryAuthority.example("registry.example:5000")
    private static let realm = RegistryAuthority.example("auth.example")

    /// The host, its name as a subject, and its name within a sentence.
    private static let hosts: [(host: RequestedHost, subject: String, name: String)] = [
        (.registry(registry), "registry.example:5000", "registry.example:5000"),
        (
            .realm(realm, of: registry), "The token realm auth.example of registry.example:5000",
            "the token realm auth.example of registry.example:5000"
        ),
        (
            .target("store.example", of: registry), "store.example, to which registry.example:5000 redirects,",
            "store.example, to which registry.example:5000 redirects,"
        ),
    ]

    @Test("A sentence names the host, the failure and the status, in this order", arguments: Row.all, hosts.indices)
    func responses(_ row: Row, _ index: Int) {
        let (host, subject, _) = Self.hosts[index]
        let sentence = row.sentence.replacing("R ", with: "\(subject) ", maxReplacements: 1)
        #expect(host.text(row.failure) == ErrorText(sentence, advice: row.advice))
        let status = host.text(row.failure, ResponseStatus(503))
        #expect(status == ErrorText("\(sentence) (503 Service Unavailable)", advice: row.advice))
    }

    @Test("A request without a response names the host and the cause; only the registry itself has advice", arguments: hosts.indices)
    func transport(_ index: Int) {
        let (host, subject, name) = Self.hosts[index]
        let isRegistry = index == 0
        let command = "docker-cloud registry trust registry.example:5000"
        func expect(_ error: TransportError, _ sentence: String, _ advice: String? = nil) {
            #expect(host.text(error) == ErrorText(sentence, advice: isRegistry ? advice : nil))
        }
        expect(.connection("the connection was refused"), "The request to \(name) failed: the connection was refused")
        expect(.unknownHost, "The host name of \(name) does not exist", "Check the spelling")
        expect(.timedOut, "\(subject) did not respond in time")
        expect(.notTLS, "\(subject) does not support TLS", "A server administrator can allow plain http with '\(command) --plain-http'")
        expect(
            .untrusted("the certificate is not trusted"), "The TLS connection to \(name) failed: the certificate is not trusted",
            "A server administrator can trust its certificate authority with '\(command) --ca FILE'")
        expect(
            .untrusted("the certificate is not for this host"), "The TLS connection to \(name) failed: the certificate is not for this host"
        )
        expect(.abandoned, "The client aborted the upload")
        let forbidden = ErrorText("has an address that is not allowed yet", advice: "Ask an administrator")
        #expect(
            host.text(.forbidden(forbidden))
                == ErrorText("\(subject) has an address that is not allowed yet", advice: "Ask an administrator"))
        let limit = LimitReached(.connections, of: .registry, retryAfter: 7)
        #expect(
            host.text(.limited(limit)).sentences(stored: "Nothing was stored")
                == "The server's limit for one registry on simultaneous requests to registries is reached. Nothing was stored. Try again in 7 s."
        )
        let held = LoginRefusal(reason: "rejected the stored user name and password 4 s ago", isHeld: true)
        #expect(host.text(.loginHeld(held)) == ErrorText("\(subject) rejected the stored user name and password 4 s ago"))
    }

    @Test(
        "A status has its standard phrase, and the registry's code and message unless they repeat it",
        arguments: [
            (401, nil, "401 Unauthorized"), (499, nil, "499"), (403, ("DENIED", "not yours"), "403 Forbidden, 'DENIED: not yours'"),
            (401, ("UNAUTHORIZED", "authentication required"), "401 Unauthorized"), (401, ("UNAUTHORIZED", ""), "401 Unauthorized"),
            (403, ("DENIED", "requested access to the resource is denied"), "403 Forbidden"),
            (429, ("TOOMANYREQUESTS", "too many requests"), "429 Too Many Requests"),
            (403, ("UNAUTHORIZED", "authentication required"), "403 Forbidden, 'UNAUTHORIZED: authentication required'"),
            (404, ("NAME_UNKNOWN", ""), "404 Not Found, 'NAME_UNKNOWN'"),
            (500, ("UNKNOWN", "canary\nline"), "500 Internal Server Error, 'UNKNOWN: canaryline'"),
        ] as [(Int, (code: String, message: String)?, String)])
    func status(_ code: Int, _ error: (code: String, message: String)?, _ text: String) {
        let body = error.map { RegistryErrorBody(code: $0.code, message: $0.message) }
        #expect(ResponseStatus(code, body, hiding: SecretsInUse(nil)).description == text)
    }

    @Test("A message that repeats the credential is replaced in the parentheses")
    func secrecy() {
        let secrets = SecretsInUse(Credential(username: Secret("somebody"), password: Secret("pass-word-1")))
        let body = RegistryErrorBody(code: "DENIED", message: "no pass-word-1")
        #expect(
            ResponseStatus(403, body, hiding: secrets).description == "403 Forbidden, the registry's message repeats the credential")
    }
}

extension RegistryAuthority {
    fileprivate static func example(_ text: String) -> RegistryAuthority {
        guard let authority = try? RegistryAuthority(parsing: text) else { preconditionFailure("'\(text)' is an authority") }
        return authority
    }
}
