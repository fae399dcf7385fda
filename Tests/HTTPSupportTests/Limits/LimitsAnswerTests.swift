import HTTPSupport
import TestSupport
import Testing

@Suite("Limits: early responses", .serialized)
struct LimitsAnswerTests {
    private static let path = "/api/repo/v1/repository/"

    private func length(_ count: Int) -> (name: String, value: String) { (name: "Content-Length", value: "\(count)") }

    @Test("Only a small part of an unsolicited 10 GB body is read", arguments: [false, true])
    func endless(_ isChunked: Bool) async throws {
        var limits = ConnectionLimits()
        limits.drainTime = .seconds(300)
        try await TestServer.run(limits: limits) { server in
            let framing = isChunked ? (name: "Transfer-Encoding", value: "chunked") : length(10_000_000_000)
            let head = server.request("POST", Self.path, as: .nobody, [framing]).bytes + (isChunked ? Array("FFFFFFFF\r\n".utf8) : [])
            let piece = [UInt8](repeating: 0x20, count: 65_536)
            let outcome = await BlockingClient(port: server.port).send(head, then: piece, times: 4000)
            #expect(outcome.isClosed)
            #expect(outcome.sent < 100_000_000)
        }
    }

    @Test("An early response announces that the connection closes, and it closes", arguments: [300_000, 10_000_000_000])
    func announced(_ count: Int) async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            let response = try await connection.send(server.request("POST", Self.path, as: .nobody, [length(count)]))
            #expect(response.status == 401)
            #expect(response["Connection"] == "close")
            #expect(await connection.isClosed(within: .seconds(20)))
        }
    }

    @Test(
        "Responses to input that is no valid request forbid sniffing",
        arguments: ["GET\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "x y z\r\n\r\n"])
    func sniffing(_ request: String) async throws {
        try await TestServer.run { server in
            let outcome = await BlockingClient(port: server.port).send(Array(request.utf8))
            #expect(outcome.status == 400 && outcome.received.contains("X-Content-Type-Options: nosniff\r\n"), "\(outcome)")
        }
    }

    @Test(
        "A client that reads only after it has sent its whole body still receives the response", arguments: [64 * 1024, 200 * 1024],
        [401, 413])
    func patient(_ count: Int, _ status: Int) async throws {
        try await TestServer.run { server in
            let authorization = status == 401 ? Authorization.nobody : .administrator
            let body = [UInt8](repeating: 0x20, count: max(count, status == 413 ? 65_537 : 0))
            for request in [server.request("POST", Self.path, as: authorization, [(name: "Connection", value: "close")], body: body)] {
                for request in [request, request.chunked(by: 8192)] {
                    let outcome = await BlockingClient(port: server.port).send(request.bytes)
                    #expect(outcome.status == status, "\(outcome)")
                    #expect(outcome.received.contains("Connection: close\r\n"))
                    #expect(outcome.received.hasSuffix("}"))
                    #expect(outcome.isClosed)
                    #expect(!outcome.isReset)
                }
            }
        }
    }

    @Test("If little of the body is missing, the connection serves the next request")
    func goesOn() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            let first = try await connection.send(server.request("POST", Self.path, as: .nobody, [length(60_000)]))
            #expect(first.status == 401)
            #expect(first["Connection"] == nil)
            try await connection.send([UInt8](repeating: 0x20, count: 60_000))
            #expect(try await connection.send(server.request("GET", Self.path)).status == 200)
            await connection.close()
        }
    }

    @Test("If the missing part of the body does not arrive, the connection is closed")
    func stalls() async throws {
        var limits = ConnectionLimits()
        (limits.bodyGrace, limits.drainTime) = (.seconds(300), .milliseconds(400))
        try await TestServer.run(limits: limits) { server in
            let connection = try await RawConnection.open(port: server.port)
            #expect(try await connection.send(server.request("POST", Self.path, as: .nobody, [length(60_000)])).status == 401)
            #expect(await connection.isClosed(within: .seconds(20)))
        }
    }

    @Test(
        "A client that keeps the connection open after the last response is disconnected",
        arguments: ["close", "Close", "keep-alive, close"])
    func stays(_ value: String) async throws {
        try await TestServer.run { server in
            let fields = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: \(value)\r\n\r\n"
            let outcome = await BlockingClient(port: server.port).send(Array((fields + fields).utf8))
            #expect(outcome.status == 200)
            #expect(outcome.answers == 1)
            #expect(outcome.isClosed)
            #expect(outcome.received.contains("Connection: close\r\n"))
        }
    }

    @Test("A request after the connection's last one is not executed")
    func afterTheLast() async throws {
        try await TestServer.run { server in
            var last = server.request("GET", "/healthz", [(name: "Connection", value: "close")]).bytes
            last += server.request("POST", Self.path, body: Array(#"{"name": "registry.example/late"}"#.utf8)).bytes
            let outcome = await BlockingClient(port: server.port).send(last)
            #expect(outcome.answers == 1)
            let list = try await server.send("GET", Self.path)
            #expect(list.text.contains(#""total_count":0"#))
        }
    }

    @Test("Responses on one connection are in the order of the requests, sequential or pipelined")
    func pipelining() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            let (known, unknown) = (RawRequest("GET", "/healthz"), RawRequest("GET", "/x"))
            for _ in 0..<20 { #expect(try await connection.send(known).status == 200) }
            let posted = server.request("POST", Self.path, body: Array(#"{"name": "registry.example/x"}"#.utf8))
            try await connection.send((0..<50).flatMap { _ in known.bytes + posted.bytes + unknown.bytes })
            for round in 0..<50 {
                #expect(try await connection.receive().status == 200)
                #expect(try await connection.receive().status == (round == 0 ? 201 : 409))
                #expect(try await connection.receive().status == 404)
            }
            await connection.close()
        }
    }

    @Test("HTTP/1.0 clients receive a response, and the connection is closed")
    func old() async throws {
        var limits = ConnectionLimits()
        limits.idleTime = .seconds(300)
        try await TestServer.run(limits: limits) { server in
            let outcome = await BlockingClient(port: server.port).send(Array("GET /healthz HTTP/1.0\r\n\r\n".utf8))
            #expect(outcome.status == 200)
            #expect(outcome.isClosed)
        }
    }
}
