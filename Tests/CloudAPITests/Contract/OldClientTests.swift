import Domain
import TestSupport
import Testing

@Suite("Compatibility with Docker Cloud's original clients")
struct OldClientTests {
    private let path = TestServer.repositories + "registry.example:5000/user1/image1/"
    private let body = #"{"name": "registry.example:5000/user1/image1", "username": "u", "password": "p"}"#

    @Test("The requests of the Python client, with Content-Type and Accept in each, are accepted")
    func python() async throws {
        let fields = [
            (name: "Accept", value: "*/*"), (name: "Content-Type", value: "application/json"),
            (name: "Accept-Encoding", value: "gzip, deflate"),
            (name: "User-Agent", value: "docker-cloud/1.0.9 python-dockercloud/1.0.12"), (name: "Cookie", value: "a=b"),
            (name: "Connection", value: "keep-alive"),
        ]
        try await TestServer.run { server in
            #expect(try await server.send("POST", TestServer.repositories, fields, body: body).status == 201)
            let listed = try await server.send("GET", TestServer.repositories, fields)
            #expect(listed.status == 200)
            #expect(listed["Content-Encoding"] == nil)
            #expect(try await server.send("GET", path, fields).status == 200)
            #expect(try await server.send("PATCH", path, fields, body: #"{"username": "n"}"#).status == 202)
            #expect(try await server.send("DELETE", path, fields, body: "").status == 204)
        }
    }

    @Test("The requests of the Go client, without Content-Type and with a body in each, are accepted")
    func go() async throws {
        let fields = [(name: "User-Agent", value: "go-dockercloud/1.0.8"), (name: "Accept", value: "application/json")]
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            func status(_ method: String, _ path: String, _ body: String) async throws -> Int {
                try await connection.send(server.request(method, path, fields, body: Array(body.utf8))).status
            }
            #expect(try await status("POST", TestServer.repositories, body) == 201)
            #expect(try await status("GET", TestServer.repositories, "{}") == 200)
            #expect(try await status("GET", path, "{}") == 200)
            #expect(
                try await status("PATCH", path, #"{"name": "registry.example:5000/user1/image1", "username": "u", "password": "n"}"#) == 202
            )
            #expect(try await status("DELETE", path, "{}") == 204)
            #expect(try await status("GET", path, "{}") == 404)
            await connection.close()
        }
    }

    @Test("A fetched object can be changed and sent back")
    func echo() async throws {
        try await TestServer.run { server in
            try await server.register("registry.example:5000/user1/image1")
            let fetched = try await server.get(path).text
            let changed = "{" + #""username": "u", "password": "p", "# + fetched.dropFirst()
            #expect(try await server.send("PATCH", path, body: changed).status == 202)
            #expect(server.backend.verifier.requests.last?.credential?.username.revealed() == "u")
            #expect(try await server.send("PATCH", path, body: fetched).status == 202)
            #expect(server.backend.verifier.requests.count == 2)
        }
    }

    @Test("The trailing slash is optional, and the namespace may be given")
    func spellings() async throws {
        try await TestServer.run { server in
            #expect(try await server.send("POST", "/api/repo/v1/admin/repository", body: body).status == 201)
            var bodies: Set<String> = []
            for path in [path, String(path.dropLast()), path.replacing("/v1/", with: "/v1/admin/")] {
                bodies.insert(try await server.get(path).text)
            }
            #expect(bodies.count == 1)
            #expect(try await server.get("/api/repo/v1/repository").status == 200)
            #expect(try await server.get("/api/audit/v1/action").status == 200)
            #expect(try await server.send("DELETE", String(path.dropLast())).status == 204)
        }
    }

    @Test("DOCKERCLOUD_AUTH is accepted unchanged as Authorization")
    func authorization() async throws {
        try await TestServer.run { server in
            let key = server.backend.key
            for authorization in [Authorization.basic("admin", key), .bearer(key), .field("bearer \(key.revealed())")] {
                let response = try await server.send("GET", TestServer.repositories, as: authorization)
                #expect(response.status == 200)
            }
        }
    }

    @Test(
        "Content types other than JSON are rejected",
        arguments: [
            ("Accept", "text/html"), ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=utf-16"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ])
    func otherTypes(_ name: String, _ value: String) async throws {
        try await TestServer.run { server in
            let response = try await server.send("POST", TestServer.repositories, [(name: name, value: value)], body: body)
            #expect(response.status == 415)
            #expect(response.error?.contains("JSON") == true)
            #expect(try await server.names().isEmpty)
        }
    }
}
