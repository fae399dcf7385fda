import HTTPSupport
import TestSupport
import Testing

/// Each of these is followed by a request that a proxy in front of the server may not have seen.
@Suite("Limits: request smuggling", .serialized)
struct LimitsSmugglingTests {
    private static let hidden = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    private func refused(_ request: String, _ status: Int = 400) async throws {
        try await TestServer.run { server in
            let outcome = await BlockingClient(port: server.port).send(Array((request + Self.hidden).utf8))
            #expect(outcome.status == status, "\(outcome.received)")
            #expect(outcome.answers == 1)
            #expect(outcome.isClosed)
            #expect(outcome.received.contains("Connection: close\r\n"))
            #expect(outcome.received.contains("X-Request-Id: "))
            #expect(outcome.received.contains(#"{"error":""#))
            #expect(!server.log.text.contains("path=/healthz"))
        }
    }

    @Test(
        "A body with ambiguous length is rejected",
        arguments: [
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
            "Content-Length: 0\r\nContent-Length: 4\r\n\r\n", "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
            "Content-Length: 4, 4\r\n\r\nabcd", "Content-Length: +4\r\n\r\nabcd", "Content-Length: -4\r\n\r\n",
            "Content-Length: 0x4\r\n\r\nabcd",
            "Content-Length: 4 4\r\n\r\nabcd", "Content-Length: \r\n\r\n", "Content-Length: 99999999999999999999999\r\n\r\n",
            "Content-Length : 4\r\n\r\nabcd", "Transfer-Encoding: identity\r\n\r\n", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
            "Transfer\u{2D}Encoding\u{0}: chunked\r\n\r\n",
        ])
    func framing(_ rest: String) async throws {
        try await refused("POST /api/repo/v1/repository/ HTTP/1.1\r\nHost: a\r\n\(rest)")
    }

    @Test(
        "A malformed chunk is rejected",
        arguments: [
            "x\r\n\r\n", "-1\r\n\r\n", "0x1\r\na\r\n0\r\n\r\n", "1\na\n0\n\n", "1\r\nab\r\n0\r\n\r\n", "1\r\na0\r\n\r\n",
            "1 \r\na\r\n0\r\n\r\n",
            "FFFFFFFFFFFFFFFFF\r\n\r\n", "1\r\na\n0\r\n\r\n", "1;\u{0}\r\na\r\n0\r\n\r\n",
        ])
    func chunks(_ body: String) async throws {
        try await TestServer.run { server in
            let head = server.request("POST", "/api/repo/v1/repository/", [(name: "Transfer-Encoding", value: "chunked")]).bytes
            let outcome = await BlockingClient(port: server.port).send(head + Array((body + Self.hidden).utf8))
            #expect(outcome.status == 400, "\(outcome.received)")
            #expect(outcome.answers == 1)
            #expect(outcome.isClosed)
            #expect(outcome.received.contains("Connection: close\r\n"))
            #expect(!server.log.text.contains("unexpected error"))
        }
    }

    @Test(
        "A request has exactly one Host",
        arguments: [
            "", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n", "Host: a\r\nhost: b\r\n", "Host:\r\n", "Host: a, b\r\n",
            "Host: a b\r\n",
            "Host: user@a\r\n", "Host: http://a\r\n", "Host: a:x\r\n", "Host: a/b\r\n", "Host: [::1\r\n", "Host : a\r\n", "Host: a%00\r\n",
        ])
    func hosts(_ fields: String) async throws {
        try await refused("GET /healthz?x HTTP/1.1\r\n\(fields)\r\n")
    }

    @Test(
        "Lines end with CRLF and are not folded",
        arguments: [
            "Host: a\r\nX: a\r\n b\r\n\r\n", "Host: a\r\nX: a\r\n\tb\r\n\r\n", "Host: a\r\n X: a\r\n\r\n", "Host: a\r\nX: a\rY: b\r\n\r\n",
            "Host: a\r\nX: a\nY: b\r\n\r\n", "Host: a\n\n", "Host: a\r\nX: a\u{0}b\r\n\r\n", "Host: a\r\nX: a\u{1}b\r\n\r\n",
            "Host: a\r\nX\r\n\r\n",
            "Host: a\r\n: x\r\n\r\n", "Host: a\r\nX Y: a\r\n\r\n", "Host: a\r\nX\u{E9}: a\r\n\r\n", "Host: a\r\nX: a\u{7F}\r\n\r\n",
            "Host: a\r\nX: a\r\r\n\r\n", "Host: a\r\nX(: a\r\n\r\n",
        ])
    func lines(_ fields: String) async throws {
        try await refused("GET /api/ HTTP/1.1\r\n\(fields)")
    }

    @Test(
        "The request line has three parts and a supported version",
        arguments: [
            "GET /api/\r\nHost: a\r\n\r\n", "GET /api/ HTTP/2.0\r\nHost: a\r\n\r\n",
            "GET /api/ HTTP/0.9\r\nHost: a\r\n\r\n", "GET /api/ HTTP/1.2\r\nHost: a\r\n\r\n", "GET /api/ HTTP/11\r\nHost: a\r\n\r\n",
            "get /api/ HTTP/1.1\r\nHost: a\r\n\r\n", "FOO /api/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\u{E9} HTTP/1.1\r\nHost: a\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /api/ HTTP/1.1\nHost: a\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}",
        ])
    func requestLine(_ request: String) async throws {
        try await refused(request)
    }

    @Test(
        "After a request for a protocol upgrade, nothing is parsed as HTTP",
        arguments: [
            ("GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200),
            ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ])
    func upgrade(_ request: String, _ status: Int) async throws {
        try await TestServer.run { server in
            let outcome = await BlockingClient(port: server.port).send(Array((request + Self.hidden).utf8))
            #expect(outcome.status == status, "\(outcome.received)")
            #expect(outcome.answers == 1)
            #expect(outcome.isClosed)
            #expect(outcome.received.contains("Connection: close\r\n"))
        }
    }
}
