import HTTPSupport
import TestSupport
import Testing

/// Each test sets one deadline; the others are longer than any test waits.
@Suite("Limits: slow clients", .serialized)
struct LimitsTimeTests {
    private func patient() -> ConnectionLimits {
        var limits = ConnectionLimits()
        limits.headTime = .seconds(300)
        limits.idleTime = .seconds(300)
        limits.bodyGrace = .seconds(300)
        limits.drainTime = .seconds(300)
        return limits
    }

    private static let head = Array("GET /healthz HTTP/1.1\r\nHost: a\r\nX: ".utf8)

    @Test("A head that trickles in byte by byte is cut off at its deadline")
    func slowHead() async throws {
        var limits = patient()
        limits.headTime = .milliseconds(600)
        try await TestServer.run(limits: limits) { server in
            let started = ContinuousClock.now
            let connection = try await RawConnection.open(port: server.port)
            try await connection.send(Self.head)
            let duration = await connection.trickle(since: started)
            #expect(try #require(duration) >= .milliseconds(500))
            #expect(server.log.text.contains("phase=head"))
        }
    }

    @Test("The head of a second request has its own deadline")
    func slowSecondHead() async throws {
        var limits = patient()
        limits.headTime = .seconds(1)
        try await TestServer.run(limits: limits) { server in
            let connection = try await RawConnection.open(port: server.port)
            #expect(try await connection.send(RawRequest("GET", "/healthz")).status == 200)
            try await Task.sleep(for: .milliseconds(1500))
            #expect(try await connection.send(RawRequest("GET", "/healthz")).status == 200)
            try await connection.send(Self.head)
            #expect(await connection.trickle() != nil)
        }
    }

    @Test("A silent connection is closed after the idle time, before its first request and after it", arguments: [0, 1])
    func idle(_ requests: Int) async throws {
        var limits = patient()
        limits.idleTime = .seconds(2)
        try await TestServer.run(limits: limits) { server in
            let started = ContinuousClock.now
            let connection = try await RawConnection.open(port: server.port)
            for _ in 0..<requests { #expect(try await connection.send(RawRequest("GET", "/healthz")).status == 200) }
            #expect(await connection.isClosed(within: .seconds(20)))
            #expect(ContinuousClock.now - started >= .milliseconds(1900))
        }
    }

    @Test("A body that trickles in byte by byte is cut off, chunked or not, and nothing is stored", arguments: [false, true])
    func slowBody(_ isChunked: Bool) async throws {
        var limits = patient()
        limits.bodyGrace = .milliseconds(600)
        try await TestServer.run(limits: limits) { server in
            let framing = isChunked ? (name: "Transfer-Encoding", value: "chunked") : (name: "Content-Length", value: "20000")
            let started = ContinuousClock.now
            let connection = try await RawConnection.open(port: server.port)
            try await connection.send(server.request("POST", "/api/repo/v1/repository/", [framing]).bytes)
            if isChunked { try await connection.send(Array("4E20\r\n".utf8)) }
            let duration = await connection.trickle(0x20, since: started)
            #expect(try #require(duration) >= .milliseconds(500))
            #expect(server.log.text.contains("phase=body"))
        }
    }

    @Test("A body at the minimum rate is accepted, however long it takes")
    func steadyBody() async throws {
        var limits = patient()
        limits.bodyGrace = .seconds(3)
        try await TestServer.run(limits: limits) { server in
            let name = Array(#"{"name": "registry.example/steady"}"#.utf8)
            let body = name + [UInt8](repeating: 0x20, count: 65_000 - name.count)
            let connection = try await RawConnection.open(port: server.port)
            try await connection.send(
                server.request("POST", "/api/repo/v1/repository/", [(name: "Content-Length", value: "\(body.count)")]).bytes)
            for start in stride(from: 0, to: body.count, by: 10_000) {
                try await connection.send(Array(body[start..<min(start + 10_000, body.count)]))
                try await Task.sleep(for: .milliseconds(700))
            }
            let response = try await connection.receive()
            #expect(response.status == 201, "\(server.log.text)")
            await connection.close()
        }
    }

    @Test("The server's own processing time does not count")
    func slowServer() async throws {
        var limits = patient()
        (limits.headTime, limits.bodyGrace, limits.drainTime) = (.seconds(1), .seconds(1), .seconds(1))
        let backend = try await TestBackend(wrap: { SlowStore($0, .init(latency: .milliseconds(1300))) })
        try await TestServer.run(on: backend, limits: limits) { server async throws in
            let body = #"{"name": "registry.example/slow"}"#
            #expect(try await server.send("POST", "/api/repo/v1/repository/", body: body).status == 201)
        }
    }

    @Test("A client that does not read its response is disconnected")
    func doesNotRead() async throws {
        var limits = patient()
        limits.idleTime = .milliseconds(800)
        try await TestServer.run(limits: limits) { server in
            let request = RawRequest("GET", "/healthz").bytes
            var client = BlockingClient(port: server.port)
            client.receiveBuffer = 4096
            let outcome = await client.send([], then: Array(repeatElement(request, count: 1000).joined()), times: 1000)
            #expect(outcome.isClosed)
            #expect(outcome.sent < 1_000_000 * request.count)
        }
    }

    @Test("Many trickling clients do not delay the responses to others, and all of them are cut off")
    func manySlow() async throws {
        var limits = patient()
        limits.headTime = .seconds(2)
        try await TestServer.run(limits: limits) { server in
            try await withThrowingTaskGroup(of: Duration?.self) { group in
                for _ in 0..<150 {
                    let connection = try await RawConnection.open(port: server.port)
                    let slow = Slow(connection)
                    try await connection.send(Self.head)
                    group.addTask { await slow.connection.trickle(every: .milliseconds(300)) }
                }
                for _ in 0..<5 { #expect(try await server.send("GET", "/healthz", as: .nobody).status == 200) }
                for try await duration in group { #expect(duration != nil) }
            }
        }
    }

    @Test("Slow clients that occupy all places free them, and waiting clients get responses")
    func cap() async throws {
        var limits = patient()
        limits.headTime = .milliseconds(800)
        try await TestServer.run(limits: limits, connections: ConnectionCapacity(connections: 4)) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    let slow = Slow(try await RawConnection.open(port: server.port))
                    try await slow.connection.send(Self.head)
                    group.addTask { _ = await slow.connection.trickle() }
                }
                #expect(try await server.send("GET", "/healthz", as: .nobody).status == 200)
                try await group.waitForAll()
            }
        }
    }
}

/// A connection that only one task uses.
private struct Slow: @unchecked Sendable {
    let connection: RawConnection

    init(_ connection: RawConnection) {
        self.connection = connection
    }
}
