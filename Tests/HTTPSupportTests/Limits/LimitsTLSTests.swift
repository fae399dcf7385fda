import HTTPSupport
import TestSupport
import Testing

@Suite("Limits: over TLS", .serialized, .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
struct LimitsTLSTests {
    @Test("An unfinished handshake is cut off at the deadline for heads", arguments: Stall.allCases)
    func handshake(_ stall: Stall) async throws {
        try await SecureServer.run({ $0.headTime = .milliseconds(600) }) { server in
            let started = ContinuousClock.now
            let connection = try await RawConnection.open(port: server.port)
            try await connection.send(stall.beginning(server.certificate))
            let duration = stall.isTrickling ? await connection.trickle(since: started) : await connection.closes(since: started)
            #expect(try #require(duration) >= .milliseconds(500))
            #expect(server.log.text.contains("phase=handshake"))
        }
    }

    @Test("Unfinished handshakes free their places, and waiting clients get responses")
    func cap() async throws {
        try await SecureServer.run(connections: ConnectionCapacity(connections: 4), { $0.headTime = .milliseconds(800) }) { server in
            var stalled: [RawConnection] = []
            for _ in 0..<12 {
                let connection = try await RawConnection.open(port: server.port)
                try await connection.send(Stall.afterTheFirstMessage.beginning(server.certificate))
                stalled.append(connection)
            }
            #expect(try await server.open().send(RawRequest("GET", "/healthz")).status == 200)
            for connection in stalled { #expect(await connection.isClosed(within: .seconds(20))) }
        }
    }

    @Test("Input that is not TLS gets no response")
    func plain() async throws {
        try await SecureServer.run { server in
            let outcome = await BlockingClient(port: server.port).send(RawRequest("GET", "/healthz").bytes)
            #expect(outcome.isClosed)
            #expect(outcome.answers == 0)
        }
    }

    @Test("A silent connection is closed after the idle time, before its first request and after it", arguments: [0, 1])
    func idle(_ requests: Int) async throws {
        try await SecureServer.run({ $0.idleTime = .seconds(2) }) { server in
            let started = ContinuousClock.now
            let connection = try await server.open()
            for _ in 0..<requests { #expect(try await connection.send(RawRequest("GET", "/healthz")).status == 200) }
            #expect(await connection.isClosed(within: .seconds(20)))
            #expect(ContinuousClock.now - started >= .milliseconds(1900))
            #expect(server.log.text.contains("phase=waiting"))
        }
    }

    @Test("A head that trickles in byte by byte over TLS is cut off at its deadline")
    func slowHead() async throws {
        try await SecureServer.run({ $0.headTime = .milliseconds(600) }) { server in
            let connection = try await server.open()
            try await connection.send(Array("GET /healthz HTTP/1.1\r\nHost: a\r\nX: ".utf8))
            #expect(await connection.trickle() != nil)
            #expect(server.log.text.contains("phase=head"))
        }
    }

    @Test("A body that trickles in byte by byte over TLS is cut off")
    func slowBody() async throws {
        try await SecureServer.run({ $0.bodyGrace = .milliseconds(600) }) { server in
            let connection = try await server.open()
            let length = (name: "Content-Length", value: "20000")
            try await connection.send(server.request("POST", "/api/repo/v1/repository/", [length]).bytes)
            #expect(await connection.trickle(0x20) != nil)
            #expect(server.log.text.contains("phase=body"))
        }
    }

    /// A TLS shutdown would wait five seconds for the client's consent.
    @Test("An idle connection is closed without a TLS shutdown, so that its place is freed at once")
    func place() async throws {
        let capacity = ConnectionCapacity(connections: 1, reserved: 0)
        try await SecureServer.run(connections: capacity) { server in
            let started = ContinuousClock.now
            var silent: [RawConnection] = []
            for _ in 0..<(2 * capacity.open) {
                let connection = try await server.open()
                #expect(try await connection.send(RawRequest("GET", "/healthz")).status == 200)
                try await connection.stopReading()
                silent.append(connection)
            }
            #expect(ContinuousClock.now - started < .seconds(5))
            for connection in silent { await connection.close() }
        }
    }

    @Test("A client that does not read its response over TLS is disconnected")
    func doesNotRead() async throws {
        try await SecureServer.run({ $0.idleTime = .milliseconds(800) }) { server in
            let connection = try await server.open()
            #expect(try await connection.send(RawRequest("GET", "/healthz")).status == 200)
            try await connection.stopReading()
            let requests = Array(repeatElement(RawRequest("GET", "/healthz").bytes, count: 1000).joined())
            await #expect(throws: (any Error).self) { for _ in 0..<1000 { try await connection.send(requests) } }
        }
    }

    @Test(
        "Ambiguous requests over TLS are rejected, and the connection is closed",
        arguments: [
            "Host: a\r\nHost: b\r\n\r\n", "\r\n", "Host: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Host: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n", "Host: a\r\nX: a\r\n b\r\n\r\n",
        ])
    func smuggling(_ fields: String) async throws {
        try await SecureServer.run { server in
            let connection = try await server.open()
            try await connection.send(Array("POST /healthz HTTP/1.1\r\n\(fields)GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            let response = try await connection.receive()
            #expect(response.status == 400)
            #expect(response["Connection"] == "close")
            #expect(await connection.isClosed(within: .seconds(20)))
            #expect(!server.log.text.contains("path=/healthz"))
        }
    }

    @Test("An oversized head over TLS is rejected, and little of the following input is read")
    func largeHead() async throws {
        try await SecureServer.run { server in
            let connection = try await server.open()
            try await connection.send(Array("GET /healthz HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n".utf8))
            #expect(try await connection.receive().status == 431)
            #expect(await connection.isClosed(within: .seconds(20)))
        }
    }
}
