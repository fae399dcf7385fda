import Domain
import Naming
import RegistryClient
import TestSupport
import Testing

@testable import Server

@Suite("Log of verifications")
struct LoggingVerifierTests {
    @Test(
        "A registry that does not respond is logged once, with the repository and the reason",
        arguments: [
            (VerificationOutcome.Verdict.inconclusive(reason: "registry.example responded with an error (503 Service Unavailable)"), true),
            (.unknownHost(reason: "no such host"), true),
            (.accepted(note: nil), false), (.absent, false), (.refused(reason: "no"), false), (.denied(reason: "no"), false),
        ])
    func notices(_ verdict: VerificationOutcome.Verdict, _ isLogged: Bool) async throws {
        let log = CapturedLog()
        let verifier = LoggingVerifier(verifier: StubVerifier { _ in VerificationOutcome(verdict: verdict) }, logger: log.logger())
        let name = try RepositoryName(parsing: "registry.example/team/image")
        let outcome = await verifier.verify(
            name, with: nil, depth: .pull, registry: Registry(authority: name.authority, isSSL: true), for: .background, because: .request)
        #expect(outcome.verdict == verdict)
        #expect(log.lines.count(where: { $0.hasPrefix("notice upstream request failed") }) == (isLogged ? 1 : 0))
        #expect(!isLogged || log.text.contains("repository=registry.example/team/image") && log.text.contains("reason="))
    }
}
