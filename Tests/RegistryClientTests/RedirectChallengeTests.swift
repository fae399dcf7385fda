import Domain
import RegistryClient
import TestSupport
import Testing

@Suite("Verification of repositories that authenticate after a redirect", .serialized)
struct RedirectChallengeTests {
    private static let stored = "/stored/tags"

    /// Redirects the list to a path that demands Basic authentication.
    private static func redirect(_ registry: FaultyRegistry, _ version: RegistryReply) {
        registry.intercept { request in
            switch request.path {
            case "/v2/": version
            case tagsPath: .redirect(to: stored)
            case stored where request.authorization != Canary.authorization: .challenge(#"Basic realm="a""#)
            case stored: .json(200, #"{"name":"team/image","tags":[]}"#)
            default: request.authorization == Canary.authorization ? nil : .challenge(#"Basic realm="a""#)
            }
        }
    }

    @Test("A right login is accepted", arguments: [200, 404, 401])
    func accepted(_ status: Int) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.redirect(registry, status == 401 ? .challenge(#"Basic realm="a""#) : .json(status, "{}"))
            let outcome = try await TestVerification().run(registry)
            #expect(outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false))
        }
    }

    @Test("A wrong login is refused", arguments: [200, 404, 401])
    func refused(_ status: Int) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            Self.redirect(registry, status == 401 ? .challenge(#"Basic realm="a""#) : .json(status, "{}"))
            let wrong = Credential(username: Secret("somebody"), password: Secret("else"))
            let outcome = try await TestVerification(credential: wrong).run(registry)
            #expect(outcome.kind == "refused" && outcome.isLoginRefused, "\(outcome)")
        }
    }
}
