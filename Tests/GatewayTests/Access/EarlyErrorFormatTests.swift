import Domain
import Foundation
import HTTPSupport
import TestSupport
import Testing

/// Errors that are reported before a request reaches its handler have the format of the interface that the path names.
@Suite("The format of early errors", .serialized) struct EarlyErrorFormatTests {
    private static let oversized = "X: " + String(repeating: "a", count: 17_000) + "\r\n\r\n"
    private static let gatewayPaths = ["/v2/", "/v2", "/v2/_catalog?n=1", "/v2/a.example/b/manifests/v1", "/token", "/token?service=x"]
    private static let otherPaths = ["/api/repo/v1/repository/", "/healthz", "/", "/v2x/", "/tokens", "/nothing?x=/v2/"]

    /// Invalid requests for a path, each with its status.
    private static func invalidRequests(for path: String) -> [(request: String, status: Int)] {
        let start = "GET \(path) HTTP/1.1\r\n"
        return [
            (start + "Host: a\r\n" + oversized, 431), (start + "Host: a\r\n" + String(repeating: "X: a\r\n", count: 101) + "\r\n", 431),
            ("\r\n\r\n" + start + "Host: a\r\n" + oversized, 431), ("POST \(path) HTTP/1.1\r\n" + oversized, 431),
            ("GET http://a\(path) HTTP/1.1\r\n" + oversized, 431),
            (start + "\r\n", 400), (start + "Host: a\r\nHost: b\r\n\r\n", 400), (start + "Host: a b\r\n\r\n", 400),
            (start + "Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            (start + "Host: a\r\nContent-Length: x\r\n\r\n", 400), (start + "Host: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
            (start + "Host: a\r\nX: \u{1}\r\n\r\n", 400), (start + "Host: a\r\nX Y: 1\r\n\r\n", 400),
            (start + "Host: a\nX: 1\r\n\r\n", 400), ("GET \(path) HTTP/9.9\r\nHost: a\r\n\r\n", 400),
            ("GET \(path) FTP/1.1\r\nHost: a\r\n\r\n", 400),
        ]
    }

    private func send(_ request: String, to server: TestServer) async -> (status: Int, response: RawResponse) {
        let outcome = await BlockingClient(port: server.port).send(Array(request.utf8))
        let body = outcome.received.components(separatedBy: "\r\n\r\n").last ?? ""
        return (outcome.status, RawResponse(status: outcome.status, fields: [], body: Array(body.utf8)))
    }

    @Test("Invalid heads for the gateway get errors of the distribution API", arguments: gatewayPaths)
    func gateway(_ path: String) async throws {
        try await TestServer.run { server in
            for (request, status) in Self.invalidRequests(for: path) {
                let (received, response) = await send(request, to: server)
                #expect(received == status, "\(request.prefix(100))")
                #expect(response.code == (status == 431 ? "SIZE_INVALID" : "NAME_INVALID"), "\(request.prefix(100)) \(response.text)")
                #expect(!response.message.isEmpty && response.member("error") == nil)
            }
        }
    }

    @Test("Invalid heads for other paths get errors of the API", arguments: otherPaths)
    func api(_ path: String) async throws {
        try await TestServer.run { server in
            for (request, status) in Self.invalidRequests(for: path) {
                let (received, response) = await send(request, to: server)
                #expect(received == status && response.code == nil, "\(request.prefix(100)) \(response.text)")
                #expect(response.member("error")?.isEmpty == false, "\(request.prefix(100)) \(response.text)")
            }
        }
    }

    @Test(
        "Input without a readable request line gets an error of the API",
        arguments: ["GET\r\n\r\n", "x /v2/ z\r\n\r\n", "\u{16}\u{3}\u{1}/v2/\r\n\r\n", "GET v2/ HTTP/1.1\r\n\r\n"])
    func unreadable(_ request: String) async throws {
        try await TestServer.run { server in
            let (status, response) = await send(request, to: server)
            #expect(status == 400 && response.member("error")?.isEmpty == false, "\(response.text)")
        }
    }

    @Test("An invalid request on a used connection gets the format of its own path, also if it arrives in parts")
    func usedConnection() async throws {
        try await TestServer.run { server in
            for (first, second) in [("/healthz", "/v2/"), ("/v2/", "/healthz"), ("/v2/", "/v2/_catalog"), ("/token", "/api/")] {
                let connection = try await RawConnection.open(port: server.port)
                _ = try await connection.send(server.request("GET", first))
                for part in ["GET ", second, " HTTP/1.1\r\nHost: a\r\n", Self.oversized] {
                    try await connection.send(Array(part.utf8))
                    try await Task.sleep(for: .milliseconds(30))
                }
                let response = try await connection.receive()
                #expect(response.status == 431 && (response.code != nil) == second.hasPrefix("/v2/"), "\(second) \(response.text)")
                await connection.close()
            }
        }
    }

    @Test("An invalid request that is pipelined to the gateway gets an error of the distribution API")
    func pipelined() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            try await connection.send(server.request("GET", "/v2/").bytes + Array("GET /v2/ HTTP/1.1\r\nHost: a\r\n\(Self.oversized)".utf8))
            #expect(try await connection.receive().status == 200)
            let response = try await connection.receive()
            #expect(response.status == 431 && response.code == "SIZE_INVALID", "\(response.text)")
            await connection.close()
        }
    }

    @Test("Invalid bodies of token requests get errors of the distribution API")
    func bodies() async throws {
        try await TestServer.run { server in
            let large = server.request("POST", "/token", as: .nobody, body: [UInt8](repeating: 0x61, count: 70_000))
            let chunks = "POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
            let (status, invalid) = await send(chunks, to: server)
            #expect(status == 400 && invalid.code != nil, "\(invalid.text)")
            for request in [large, large.chunked(by: 8192)] {
                let response = try await server.send(request)
                #expect(response.status == 413 && response.code == "SIZE_INVALID")
            }
        }
    }

    @Test("A client that bypasses the proxy gets the format of its path", arguments: gatewayPaths + otherPaths)
    func bypassed(_ path: String) async throws {
        try await TestServer.run(trustedProxies: [#require(Network("192.0.2.0/24"))], servesProxiesOnly: true) { server in
            let response = try await server.send("GET", path)
            guard path != "/healthz" else { return }
            #expect(response.status == 403 && response.code == (Self.gatewayPaths.contains(path) ? "DENIED" : nil))
        }
    }
}
