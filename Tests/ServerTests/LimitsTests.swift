import Foundation
import TestSupport
import Testing

@Suite("Limits: the server binary") struct LimitsTests {
    private func port(_ server: LightermanProcess) throws -> Int {
        try #require(URL(string: server.url)?.port)
    }

    @Test("Above the maximum of connections, the one that was idle for longest is closed") func cap() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder, ["--max-connections", "2"]) { server in
            let port = try port(server)
            let health = RawRequest("GET", "/healthz")
            let (first, second) = (try await RawConnection.open(port: port), try await RawConnection.open(port: port))
            #expect(try await first.send(health).status == 200)
            // The server finishes a request a moment after its response.
            try await Task.sleep(for: .milliseconds(500))
            #expect(try await second.send(health).status == 200)
            try await Task.sleep(for: .milliseconds(500))
            let third = try await RawConnection.open(port: port)
            #expect(try await third.send(health).status == 200)
            #expect(await first.isClosed(within: .seconds(20)))
            #expect(try await second.send(health).status == 200)
            await second.close()
            await third.close()
        }
    }

    @Test("Connections that are idle or in the middle of a head do not delay the shutdown") func ends() async throws {
        let folder = try TemporaryDirectory()
        let server = try await LightermanProcess(in: folder)
        let port = try port(server)
        var connections: [RawConnection] = []
        for start in ["", "GET /healthz HTTP/1.1\r\nHost: a\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"] {
            for _ in 0..<5 {
                let connection = try await RawConnection.open(port: port)
                try await connection.send(Array(start.utf8))
                connections.append(connection)
            }
        }
        let ping = try await RawConnection.open(port: port)
        #expect(try await ping.send(RawRequest("GET", "/healthz")).status == 200)
        let started = ContinuousClock.now
        try await #expect(server.stop(within: .seconds(14)) == 0)
        #expect(ContinuousClock.now - started < .seconds(12))
        for connection in connections { await connection.close() }
    }

    @Test("The binary rejects input that is not HTTP") func refuses() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let two = "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"
            let outcome = await BlockingClient(port: try port(server)).send(Array(two.utf8))
            #expect(outcome.status == 400)
            #expect(outcome.isClosed)
            let large = "GET /healthz HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n"
            #expect(await BlockingClient(port: try port(server)).send(Array(large.utf8)).status == 431)
        }
    }
}
