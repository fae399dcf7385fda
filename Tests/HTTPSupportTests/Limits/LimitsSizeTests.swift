import HTTPSupport
import TestSupport
import Testing

@Suite("Limits: oversized heads and chunks", .serialized)
struct LimitsSizeTests {
    private static let start = "GET /healthz HTTP/1.1\r\nHost: a\r\n"

    @Test("Heads up to the limit are accepted", arguments: [("X: ", 15_000, 1), ("X: ", 1, 99), ("X: ", 140, 99)])
    func large(_ field: String, _ length: Int, _ count: Int) async throws {
        try await TestServer.run { server in
            let value = String(repeating: "a", count: length)
            let fields = (0..<count).map { (name: "X\($0)", value: value) }
            let response = try await server.send("GET", "/healthz", as: .nobody, fields)
            #expect(response.status == 200)
        }
    }

    @Test(
        "Heads above the limit are rejected, and the connection is closed",
        arguments: [
            Self.start + "X: " + String(repeating: "a", count: 16_384) + "\r\n\r\n",
            Self.start + String(repeating: "X: a\r\n", count: 100) + "\r\n",
            Self.start + (0..<90).map { "X\($0): " + String(repeating: "a", count: 200) + "\r\n" }.joined() + "\r\n",
            Self.start + String(repeating: "a", count: 16_385) + ": a\r\n\r\n",
            "GET /" + String(repeating: "a", count: 16_384) + " HTTP/1.1\r\n\r\n",
        ])
    func tooLarge(_ request: String) async throws {
        try await TestServer.run { server in
            let outcome = await BlockingClient(port: server.port).send(Array(request.utf8))
            #expect(outcome.status == 431)
            #expect(outcome.answers == 1)
            #expect(outcome.isClosed)
            #expect(outcome.received.contains("Connection: close\r\n"))
            #expect(outcome.received.contains("X-Content-Type-Options: nosniff\r\n"))
        }
    }

    /// Some of these contain no byte that the parser counts.
    @Test(
        "An endless head is cut off after a bounded number of bytes",
        arguments: [
            (Self.start + "X: ", "a"), (Self.start + "X:", " "), (Self.start + "X:", "\t"), ("", "\r\n"), ("GET /", "a"),
            (Self.start, "X: a\r\n"),
            ("", "\u{16}"), (Self.start + "X: a", " "),
        ])
    func endless(_ start: String, _ rest: String) async throws {
        try await TestServer.run { server in
            let piece = Array(String(repeating: rest, count: 65_536 / rest.utf8.count).utf8)
            let outcome = await BlockingClient(port: server.port).send(Array(start.utf8), then: piece, times: 4000)
            #expect(outcome.isClosed)
            #expect(outcome.sent < 100_000_000)
        }
    }

    @Test(
        "Chunks with excessive framing are cut off",
        arguments: [("1;x=", "a"), ("1\r\na\r\n0\r\nX:", " "), ("1\r\na\r\n0\r\n", "X: a\r\n"), ("", "00"), ("", "1;abcdefgh\r\na\r\n")])
    func framing(_ start: String, _ rest: String) async throws {
        try await TestServer.run { server in
            let head = server.request("POST", "/api/repo/v1/repository/", [(name: "Transfer-Encoding", value: "chunked")]).bytes
            let piece = Array(String(repeating: rest, count: 40_000 / rest.utf8.count).utf8)
            let outcome = await BlockingClient(port: server.port).send(head + Array(start.utf8), then: piece, times: 4000)
            #expect(outcome.isClosed)
            #expect(outcome.sent < 100_000_000)
            let end = ContinuousClock.now + .seconds(20)
            while !server.log.text.contains("status=400"), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
            #expect(server.log.text.contains("status=400"))
        }
    }

    @Test("A body in chunks of one byte is accepted")
    func smallChunks() async throws {
        try await TestServer.run { server async throws in
            let body = Array((#"{"name": "registry.example/small"}"# + String(repeating: " ", count: 20_000)).utf8)
            let request = server.request("POST", "/api/repo/v1/repository/", body: body).chunked(by: 1)
            #expect(try await server.send(request).status == 201)
        }
    }
}
