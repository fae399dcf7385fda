import Domain
import HTTPSupport
import TestSupport
import Testing

@Suite("Limits: forwarding headers", .serialized)
struct LimitsForwardedTests {
    private let forged: [(name: String, value: String)] = [
        (name: "X-Forwarded-For", value: "203.0.113.9"), (name: "X-Forwarded-Host", value: "evil.example"),
        (name: "X-Forwarded-Proto", value: "https"), (name: "X-Forwarded-Port", value: "666"), (name: "X-Real-IP", value: "203.0.113.9"),
        (name: "Forwarded", value: "for=203.0.113.9;host=evil.example"), (name: "X-Original-URL", value: "/readyz"),
    ]

    private func register(on server: TestServer) async throws -> (action: String, response: RawResponse) {
        let body = Array(#"{"name": "registry.example/a"}"#.utf8)
        let response = try await server.send(server.request("POST", "/api/repo/v1/repository/?verify=no", forged, body: body))
        #expect(response.status == 201)
        return (try await server.send("GET", response["X-DockerCloud-Action-URI"] ?? "").text, response)
    }

    @Test("Without trusted proxies, forwarding headers are ignored")
    func untrusted() async throws {
        try await TestServer.run { server in
            let (action, response) = try await register(on: server)
            #expect(action.contains(#""ip":"127.0.0.1""#))
            #expect(!server.log.text.contains("203.0.113.9"))
            #expect(!(response.text + "\(response.fields)").contains("evil.example"))
            #expect(response["Location"]?.hasPrefix("/api/") == true)
        }
    }

    @Test("A trusted proxy can set the client's address and nothing else")
    func trusted() async throws {
        let proxies = try [#require(Network("127.0.0.0/8"))]
        try await TestServer.run(trustedProxies: proxies) { server in
            let (action, response) = try await register(on: server)
            #expect(action.contains(#""ip":"203.0.113.9""#))
            #expect(!(response.text + "\(response.fields)" + server.log.text).contains("evil.example"))
        }
    }

    @Test(
        "A path with ambiguous bytes is rejected before it is routed",
        arguments: [[0x00], [0x09], [0x0B], [0x7F], [0x80], [0xC0, 0xAF], [0xE2, 0x80, 0xAE], [0xFF], [0x5C], [0x25, 0x32, 0x66]])
    func bytes(_ bytes: [UInt8]) async throws {
        try await TestServer.run { server in
            let request = Array("GET /healthz".utf8) + bytes + Array(" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
            let outcome = await BlockingClient(port: server.port).send(request)
            #expect(outcome.status == 400)
            #expect(outcome.isClosed)
        }
    }
}
