import TestSupport
import Testing
import Wire

@Suite("Paths of requests")
struct PathTests {
    @Test(
        "A path that other software may normalize differently is rejected before authentication and has no effect",
        arguments: [
            "registry.example%2Fa/", "registry.example/a%5C/", "registry.example/a%00/", "%2e%2e/", "registry.example//a/", "/",
            "./registry.example/a/",
            "../repository/registry.example/a/", "registry.example/./a/", "registry.example/x/../a/", "registry.example/a;x/",
            "registry.example/a\\",
            "registry.example/a#x", "registry.example/%61/", "registry.example/a/..", "registry.example/a/.",
        ])
    func ambiguous(_ path: String) async throws {
        try await TestServer.run { server in
            try await server.register("registry.example/a")
            let before = try await server.everything()
            for method in ["GET", "PATCH", "DELETE", "POST"] {
                let response = try await server.send(method, TestServer.repositories + path, body: #"{"username": "u", "password": "p"}"#)
                #expect(response.status == 400)
                #expect(response.error?.isEmpty == false)
            }
            #expect(server.log.lines.count(where: { $0.contains("path=(refused)") && $0.contains("status=400") }) == 4)
            #expect(try await server.everything() == before)
        }
    }

    @Test("A target that is not a path is rejected", arguments: ["*", "healthz", "?x", "127.0.0.1:80"])
    func noPath(_ target: String) async throws {
        try await TestServer.run { server in
            let response = try await server.send("OPTIONS", target)
            #expect(response.status == 400)
        }
    }

    /// Servers must accept the absolute form (https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2).
    @Test(
        "A target in absolute form is handled as its path, under the same rules",
        arguments: [
            ("http://127.0.0.1/healthz", 200), ("http://elsewhere.example/api/", 404), ("http://127.0.0.1/healthz?token=x", 400),
            ("http://127.0.0.1/a%2Fb", 400), ("http://127.0.0.1//healthz", 400), ("http://127.0.0.1/x/../healthz", 400),
            ("http://127.0.0.1/api/repo/v1/repository/", 401),
        ])
    func absolute(_ target: String, _ status: Int) async throws {
        try await TestServer.run { server in
            let response = try await server.send("GET", target, as: .nobody)
            #expect(response.status == status)
            #expect(!server.log.text.contains("http://"))
        }
    }

    /// The parser already rejects them and closes the connection.
    @Test("Bytes that are not ASCII are rejected", arguments: ["/\u{E9}", "/healthz\u{E9}", "/healthz?\u{E9}", "/\u{FF0F}healthz"])
    func notASCII(_ target: String) async throws {
        try await TestServer.run { server in
            let response = try await server.send("GET", target)
            #expect(response.status == 400)
        }
    }

    @Test("Router, audit trail and log use exactly the bytes that were sent")
    func sameBytes() async throws {
        try await TestServer.run { server in
            let paths = ["/api/repo/v1/admin/repository", "/api/repo/v1/repository/"]
            for (index, path) in paths.enumerated() {
                let response = try await server.send("POST", path + "?verify=no", body: #"{"name": "REGISTRY.example/\#(index)"}"#)
                let action = try await server.get(try #require(response["X-DockerCloud-Action-URI"]))
                #expect(try action.json["path"]?.text == path)
                #expect(
                    server.log.lines.contains { $0.contains("method=POST") && $0.contains("path=\(path) ") && $0.contains("account=admin") }
                )
            }
            let item = "/api/repo/v1/repository/REGISTRY.example/0"
            let removed = try await server.send("DELETE", item)
            #expect(try await server.get(try #require(removed["X-DockerCloud-Action-URI"])).json["path"]?.text == item)
            #expect(!server.log.text.contains("verify"))
        }
    }
}
