import Foundation
import TestSupport
import Testing

@Suite("Memory with pipelined requests")
struct PipeliningTests {
    /// The maximum growth per connection. The requests of 64 KiB alone take more than a megabyte in memory.
    private static let room = 800 << 10
    private static let connections = 100

    @Test("While a request is processed, few of the pipelined ones are read", .timeLimit(.minutes(2)))
    func ahead() async throws {
        let registry = try await SilentListener.start()
        defer { registry.hangUp() }
        try await LightermanProcess.with(in: try TemporaryDirectory()) { server in
            let client = try APIClient(server)
            try await #expect(client.call("GET", "/api/repo/v1/repository/").status == 200)
            let bound = try server.residentBytes() + Self.connections * Self.room
            let port = try #require(URL(string: server.url)?.port)
            var opened: [RawConnection] = []
            for number in 0..<Self.connections {
                let connection = try await RawConnection.open(port: port)
                try await connection.send(slow(number, on: registry.number, as: client) + Self.small)
                opened.append(connection)
            }
            try await registry.contacted()
            try await #expect(client.call("GET", "/api/repo/v1/repository/").status == 200)
            try await Task.sleep(for: .seconds(3))
            let peak = try server.peakResidentBytes()
            #expect(peak < bound, "\(peak >> 20) MB, \(bound >> 20) MB at most")
            registry.hangUp()
            for connection in opened { await connection.close() }
        }
    }

    /// A registration that waits for a registry.
    private func slow(_ number: Int, on port: Int, as client: APIClient) -> [UInt8] {
        let fields = [(name: "Authorization", value: client.authorization), (name: "Content-Type", value: "application/json")]
        let body = Array(#"{"name": "127.0.0.1:\#(port)/team/image-\#(number)"}"#.utf8)
        return RawRequest("POST", "/api/repo/v1/repository/", fields, body: body).bytes
    }

    private static let small = Array(String(repeating: "GET / HTTP/1.1\r\nHost:a\r\n\r\n", count: 10_000).utf8)
}
