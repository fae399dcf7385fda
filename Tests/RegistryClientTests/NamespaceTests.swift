import TestSupport
import Testing

@Suite("The system's resolver and a name server that is not to be trusted")
struct NamespaceTests {
    @Test(
        "A name server that flips, mixes and hangs gets nobody where he may not go",
        .enabled(if: NetworkNamespace.isPossible, "SKIPPED: a network namespace takes root's rights and `ip`"),
        .disabled(if: NetworkNamespace.isInside, "this is the network namespace that it makes"))
    func inNamespace() async throws {
        let finished = try await NetworkNamespace.run(suite: "NameServerTests")
        #expect(finished.status == 0, "\(finished.stdout)\n\(finished.stderr)")
        #expect((finished.stdout + finished.stderr).contains("Test run with 8 tests"), "\(finished.stderr)")
    }
}
