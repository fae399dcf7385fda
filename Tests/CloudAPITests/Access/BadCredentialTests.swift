import FoundationEssentials
import Operations
import TestSupport
import Testing

@Suite("Requests with bad credentials")
struct BadCredentialTests {
    @Test("Every request with bad credentials is rejected, in every namespace, and changes nothing", arguments: BadCredential.allCases)
    func everyCall(_ kind: BadCredential) async throws {
        try await TestServer.run { server in
            try await server.makeDocumented()
            let bad = try await kind.authorization(for: "mallory", on: server.backend)
            let before = try await server.everything()
            for call in DocumentedCall.all {
                for namespace in call.path.isNamespaced ? [nil, "admin", "mallory", "nobody-there"] : [nil] {
                    // Sent more slowly than the throttle counts; throttling has its own test.
                    server.backend.clock.advance(by: 7)
                    let path = call.path.text(in: namespace)
                    let response = try await server.send(call.method, path, as: bad, body: call.body)
                    #expect(response.status == 401, "\(call.method) \(path)")
                    #expect(response["WWW-Authenticate"] == #"Basic realm="lighterman", charset="UTF-8""#)
                    #expect(response["X-DockerCloud-Action-URI"] == nil)
                    let reason = kind == .expired ? "The API key expired at " : "The user name or the API key is wrong"
                    #expect(call.method == "HEAD" || response.error?.hasPrefix(reason) == true)
                }
            }
            #expect(try await server.everything() == before)
        }
    }

    @Test(
        "Bad credentials get 401 before any error about names, methods, types or bodies", arguments: BadCredential.allCases)
    func nothingElse(_ kind: BadCredential) async throws {
        try await TestServer.run { server in
            let bad = try await kind.authorization(for: "mallory", on: server.backend)
            let requests = [
                server.request("PUT", TestServer.repositories, as: bad),
                server.request("GET", TestServer.repositories + "Not/A:name", as: bad),
                server.request("GET", TestServer.repositories + "?limit=x&nothing=1", as: bad),
                server.request("POST", TestServer.repositories, as: bad, [(name: "Content-Type", value: "text/plain")], body: [0xFF]),
                server.request("GET", TestServer.repositories, as: bad, [(name: "Accept", value: "text/html")]),
                server.request("POST", TestServer.repositories, as: bad, body: [UInt8](repeating: 0x5B, count: 70_000)),
            ]
            for request in requests {
                #expect(try await server.send(request).status == 401, "\(request.method) \(request.target)")
            }
        }
    }

    @Test("A key stops working at the moment it expires")
    func expiry() async throws {
        try await TestServer.run { server in
            let key = try await server.backend.makeAccount("alice", expires: server.backend.clock.clock.now().addingTimeInterval(60))
            #expect(try await server.send("GET", TestServer.repositories, as: .bearer(key)).status == 200)
            server.backend.clock.advance(by: 59.999)
            #expect(try await server.send("GET", TestServer.repositories, as: .bearer(key)).status == 200)
            server.backend.clock.advance(by: 0.001)
            #expect(try await server.send("GET", TestServer.repositories, as: .bearer(key)).status == 401)
        }
    }

    @Test(
        "A path outside the API and the gateway gets 404 without authentication",
        arguments: ["/", "/nothing", "/api", "/api/", "/api/repo/v2/repository/", "/apiary/x"])
    func nothing(_ path: String) async throws {
        try await TestServer.run { server in
            for authorization in [Authorization.nobody, .administrator, .field("Bearer x")] {
                let response = try await server.send("GET", path, as: authorization)
                #expect(response.status == 404)
                #expect(response.error == "There is nothing at this path")
            }
        }
    }
}
