import Testing

@Suite("Requests that the server sends")
struct OutgoingRequestTests {
    private static let clients = ["Commands", "DockerCloud", "docker-cloud"]

    @Test("One file of the server creates HTTP clients, and no file opens connections by itself")
    func clients() throws {
        #expect(try files(creating: "HTTPClient") == ["RegistryClient/Transport/ClientPool.swift"])
        for type in ["ClientBootstrap", "NIOTSConnectionBootstrap", "URLSession", "DatagramBootstrap"] {
            #expect(try files(creating: type) == [], "\(type)")
        }
    }

    private func files(creating type: String) throws -> [String] {
        try SourceTree.allFiles().filter { !Self.clients.contains($0.target) }.filter { file in
            file.tokens.indices.contains {
                file.tokens[$0].text == type && ["(", "."].contains(file.text(after: $0)) && !isMember(file, $0)
            }
        }.map(\.name)
    }

    /// `HTTPClient.Configuration` and other types within it are no clients.
    private func isMember(_ file: SourceFile, _ index: Int) -> Bool {
        file.text(after: index) == "." && file.text(after: index, by: 2).first?.isUppercase == true
    }
}
