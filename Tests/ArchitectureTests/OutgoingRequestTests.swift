import Testing

@Suite("Requests that the server sends")
struct OutgoingRequestTests {
    private static let clients = ["Agent", "Commands", "DockerCloud", "docker-cloud", "lighterman-agent"]

    @Test("One file of the server and the health check create HTTP clients, and no file opens connections by itself")
    func clients() throws {
        #expect(
            try files(creating: "HTTPClient") == ["RegistryClient/Transport/ClientPool.swift", "Server/HealthcheckCommand.swift"])
        for type in ["ClientBootstrap", "NIOTSConnectionBootstrap", "URLSession", "DatagramBootstrap"] {
            #expect(try files(creating: type) == [], "\(type)")
        }
    }

    /// `HTTPClient.Configuration` and other types within it are no clients.
    private func files(creating type: String) throws -> [String] {
        let pattern = try Regex("\\b\(type)(\\(|\\.[a-z])")
        return try SourceTree.files().filter { !Self.clients.contains($0.target) && !$0.lines(matching: pattern).isEmpty }.map(\.name)
    }
}
