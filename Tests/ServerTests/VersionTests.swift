import TestSupport
import Testing

@Suite("Versions") struct VersionTests {
    @Test("Both programs print version, commit and date, or that the build has none")
    func line() async throws {
        let server = try await run(Binaries.lighterman, ["--version"]).succeeded()
        let client = try await run(Binaries.dockerCloud, ["--version"]).succeeded()
        #expect(
            server.wholeMatch(
                of: /lighterman 0\.1\.0 \((development build|commit [0-9a-f]{7,40}(-dirty)?, 20[0-9]{2}-[0-9]{2}-[0-9]{2})\)\n/) != nil,
            "\(server)")
        #expect(client == server.replacing("lighterman", with: "docker-cloud"))
        #expect(try await run(Binaries.lighterman, ["version"]).succeeded() == server)
    }
}
