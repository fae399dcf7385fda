import TestSupport
import Testing

@Suite("The system's resolver with a hostile name server")
struct NamespaceTests {
    @Test(
        "A hostile name server cannot direct connections to forbidden addresses",
        .enabled(if: NetworkNamespace.isPossible, "SKIPPED: a network namespace takes root's rights and `ip`"),
        .disabled(if: NetworkNamespace.isInside, "runs inside the network namespace already"))
    func inNamespace() async throws {
        let finished = try await NetworkNamespace.run(suite: "NameServerTests")
        #expect(finished.status == 0, "\(finished.stdout)\n\(finished.stderr)")
        #expect((finished.stdout + finished.stderr).contains("Test run with 8 tests"), "\(finished.stderr)")
    }
}
