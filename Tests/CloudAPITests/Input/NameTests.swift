import FoundationEssentials
import TestSupport
import Testing
import Wire

@Suite("Invalid repository names")
struct NameTests {
    @Test("Registering an invalid name is rejected with the broken rule")
    func inBodies() async throws {
        try await TestServer.run { server in
            for broken in BrokenName.inPaths + BrokenName.neverInPaths {
                let body = String(decoding: try JSONEncoder().encode(["name": broken.text]), as: UTF8.self)
                let response = try await server.send("POST", TestServer.repositories, body: body)
                #expect(response.status == 400, "\(broken.text)")
                #expect(response.error?.hasPrefix("Invalid name: ") == true)
                #expect(response.error?.contains(broken.rule) == true, "\(broken.text): \(response.text)")
            }
            #expect(try await server.names().isEmpty)
            #expect(server.backend.verifier.requests.isEmpty)
        }
    }

    @Test("Requesting an invalid name is rejected with the broken rule")
    func inPaths() async throws {
        try await TestServer.run { server in
            for broken in BrokenName.inPaths {
                for method in ["GET", "PATCH", "DELETE"] {
                    for slash in ["/", ""] {
                        let response = try await server.send(method, TestServer.repositories + broken.text + slash, body: "{}")
                        #expect(response.status == 400, "\(method) \(broken.text)")
                        #expect(response.error?.contains(broken.rule) == true, "\(broken.text): \(response.text)")
                    }
                }
            }
        }
    }

    @Test(
        "The name must be given, as a string",
        arguments: [
            ("{}", "'name' is missing"), (#"{"name": null}"#, "'name' is missing"),
            (#"{"name": 1}"#, "'name' must be a string, not a number"),
            (#"{"name": true}"#, "not a boolean"), (#"{"name": ["a"]}"#, "not an array"), (#"{"name": {"a": 1}}"#, "not an object"),
            (#"{"username": "u", "password": "p"}"#, "'name' is missing"),
        ])
    func noText(_ body: String, _ part: String) async throws {
        try await TestServer.run { server in
            let response = try await server.send("POST", TestServer.repositories, body: body)
            #expect(response.status == 400)
            #expect(response.error?.contains(part) == true, "\(response.text)")
        }
    }

    @Test("Renaming is rejected; another spelling of the same name is not a change")
    func renaming() async throws {
        try await TestServer.run { server in
            try await server.register("ubuntu")
            let path = TestServer.repositories + "ubuntu/"
            let renamed = try await server.send("PATCH", path, body: #"{"name": "debian", "username": "u", "password": "p"}"#)
            #expect(renamed.status == 400)
            #expect(renamed.error?.contains("cannot be renamed") == true)
            #expect(try await server.send("PATCH", path, body: #"{"name": "Debian"}"#).status == 400)
            #expect(try await server.names() == ["docker.io/library/ubuntu"])
            #expect(server.backend.verifier.requests.count == 1)
            #expect(try await server.send("PATCH", path, body: #"{"name": "index.docker.io/library/ubuntu"}"#).status == 202)
        }
    }

    @Test(
        "User name and password must be given together, and be valid",
        arguments: [
            (#""username": "u""#, "username is given without password"), (#""password": "p""#, "password is given without username"),
            (#""username": "u", "password": """#, "username is given without password"),
            (#""username": null, "password": "p""#, "password is given"),
            (#""username": "a:b", "password": "p""#, "':'"), (#""username": "a\nb", "password": "p""#, "control character"),
            (#""username": "u", "password": "a\u001f\u0001""#, ""), (#""username": 1, "password": "p""#, "'username' must be a string"),
            (#""username": "u", "password": 12345"#, "'password' must be a string, not a number"),
        ])
    func credentials(_ members: String, _ part: String) async throws {
        try await TestServer.run { server in
            let response = try await server.send("POST", TestServer.repositories, body: #"{"name": "registry.example/a", \#(members)}"#)
            #expect(response.status == (part.isEmpty ? 201 : 400))
            #expect(part.isEmpty || response.error?.contains(part) == true, "\(response.text)")
            #expect(try await server.names().isEmpty == !part.isEmpty)
        }
    }
}
