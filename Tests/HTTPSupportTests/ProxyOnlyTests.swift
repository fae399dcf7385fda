import Domain
import HTTPSupport
import TestSupport
import Testing

@Suite("Plain HTTP behind a proxy") struct ProxyOnlyTests {
    private static let paths = ["/api/repo/v1/repository/", "/v2/", "/v2/_catalog", "/token", "/nothing", "/healthzz"]

    @Test("A peer that is not the proxy is rejected before authentication, except for health checks") func strangers()
        async throws
    {
        let proxies = try [#require(Network("192.0.2.0/24"))]
        try await TestServer.run(trustedProxies: proxies, servesProxiesOnly: true) { server in
            for path in Self.paths {
                for authorization in [Authorization.administrator, .nobody] {
                    let response = try await server.send("GET", path, as: authorization, [(name: "X-Forwarded-For", value: "192.0.2.1")])
                    #expect(response.status == 403 && response.text.contains("--trusted-proxy"), "\(path) \(response.status)")
                    #expect(response["X-Content-Type-Options"] == "nosniff")
                    #expect(response["Connection"] == "close" && response["X-Request-Id"] != nil && response["Www-Authenticate"] == nil)
                }
            }
            for path in ["/healthz", "/readyz"] { #expect(try await server.send("GET", path, as: .nobody).status == 200) }
            let added = try await server.send("POST", Self.paths[0] + "?verify=false", body: #"{"name": "registry.example/a"}"#)
            #expect(added.status == 403)
            #expect(!server.log.text.contains("account=admin"))
        }
    }

    @Test("Without TLS, only the proxy is served; with TLS, every peer is") func proxies() async throws {
        let (proxy, other) = try (#require(Network("127.0.0.0/8")), #require(Network("192.0.2.0/24")))
        try await TestServer.run(trustedProxies: [other, proxy], servesProxiesOnly: true) { server async throws in
            #expect(try await server.send("GET", Self.paths[0]).status == 200)
        }
        try await TestServer.run(trustedProxies: [other]) { server async throws in
            #expect(try await server.send("GET", Self.paths[0]).status == 200)
        }
    }
}
