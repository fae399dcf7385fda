import TestSupport
import Testing

@Suite("HEAD")
struct HeadTests {
    @Test(
        "A response to HEAD equals that to GET without the body, and the connection stays usable",
        arguments: [
            TestServer.repositories, TestServer.repositories + "registry.example/a/", TestServer.registries, TestServer.actions,
            TestServer.repositories + "?limit=x", TestServer.repositories + "registry.example/none/", "/nothing", "/healthz", "/readyz",
            "/a%2Fb",
            TestServer.repositories + "?token=x", TestServer.actions + DocumentedPath.actionID + "/",
        ])
    func likeGet(_ target: String) async throws {
        try await TestServer.run { server in
            try await server.register("registry.example/a")
            for authorization in [Authorization.administrator, .nobody] {
                let connection = try await RawConnection.open(port: server.port)
                let head = try await connection.send(server.request("HEAD", target, as: authorization))
                let get = try await connection.send(server.request("GET", target, as: authorization))
                let health = try await connection.send(server.request("GET", "/healthz", as: .nobody))
                #expect(head.status == get.status)
                #expect(head["Content-Length"] == "\(get.body.count)")
                #expect(head["Content-Type"] == get["Content-Type"])
                #expect(health.text == #"{"status":"ok"}"#)
                await connection.close()
            }
        }
    }
}
