import TestSupport
import Testing
import Wire

@Suite("Registries")
struct RegistryTests {
    private func hosts(_ query: String, on server: TestServer) async throws -> [String] {
        try await server.get(TestServer.registries + query).json["objects"]?.elements.compactMap { $0["name"]?.text } ?? []
    }

    @Test("Registries have the documented members, and are listed while they have a repository")
    func documented() async throws {
        try await TestServer.run { server in
            for name in ["ubuntu", "registry.example:5000/a", "registry.example/b"] { try await server.register(name) }
            try await server.register("localhost:1/a", query: "?verify=false")
            let hub: [String: JSON] = [
                "host": .string("registry-1.docker.io"), "is_docker_registry": .bool(true), "is_ssl": .bool(true),
                "name": .string("Docker Hub"),
                "port": .number("443"), "resource_uri": .string("/api/repo/v1/admin/registry/registry-1.docker.io/"),
                "is_trusted": .bool(false), "plain_http": .bool(false), "ca_certificate": .null, "realm": .null,
            ]
            for spelling in ["registry-1.docker.io", "docker.io", "index.docker.io"] {
                #expect(try await server.get(TestServer.registries + spelling + "/").json == .object(hub))
            }
            #expect(try await server.get(TestServer.registries + "registry.example:5000/").json["port"] == .number("5000"))
            #expect(try await server.get(TestServer.registries + "localhost:1/").json["is_ssl"] == .null)
            #expect(try await server.get(TestServer.registries + "none.example/").status == 404)
            #expect(try await hosts("", on: server) == ["Docker Hub", "localhost:1", "registry.example", "registry.example:5000"])
            #expect(try await hosts("?name=Docker%20Hub", on: server) == ["Docker Hub"])
            #expect(try await hosts("?host=registry.example", on: server).contains("registry.example"))
            #expect(try await hosts("?is_docker_registry=false", on: server).count == 3)
            #expect(try await hosts("?limit=1&offset=1", on: server) == ["localhost:1"])
            #expect(try await server.get(TestServer.registries + "?nothing=1").status == 400)
            #expect(try await server.send("DELETE", TestServer.repositories + "ubuntu/").status == 204)
            #expect(try await hosts("?is_docker_registry=true", on: server).isEmpty)
        }
    }

    @Test(
        "An invalid host is rejected",
        arguments: ["-x", "a_b.example", "1.2.3", "registry.example:0", "registry.example:99999", "registry.example/x", "[::1]"])
    func noHost(_ host: String) async throws {
        try await TestServer.run { server in
            let response = try await server.get(TestServer.registries + host + "/")
            #expect(response.status == 400)
            #expect(response.error?.hasPrefix("Invalid name: ") == true)
        }
    }
}
