import Domain
import FoundationEssentials
import Gateway
import TestSupport
import Testing

@Suite("Login at the gateway")
struct LoginTests {
    @Test("An anonymous request receives a challenge with the realm and the scope")
    func challenge() async throws {
        try await Fixture.run { fixture in
            let rows = [("GET", "manifests/v1", "pull"), ("POST", "blobs/uploads/", "pull,push"), ("DELETE", "manifests/v1", "delete")]
            for (method, resource, actions) in rows {
                let response = try await fixture.send(method, resource, as: .nobody)
                #expect(
                    response.status == 401 && response.code == "UNAUTHORIZED"
                        && response["Docker-Distribution-Api-Version"] == "registry/2.0")
                let expected = [
                    "realm": "http://127.0.0.1/token", "service": "127.0.0.1", "scope": "repository:\(fixture.name()):\(actions)",
                ]
                #expect(response.challenge == expected, "\(method)")
            }
            let base = try await fixture.server.send("GET", "/v2/", as: .nobody)
            #expect(base.status == 401 && base.challenge == ["realm": "http://127.0.0.1/token", "service": "127.0.0.1"])
            #expect(fixture.registry.requests.isEmpty)
        }
    }

    @Test("The realm is on the public URL, if it is set")
    func publicURL() async throws {
        let gateway = TestGateway(options: .init(publicURL: "https://images.example:8443", isTLS: true))
        try await Fixture.run(gateway: gateway) { fixture in
            let challenge = try await fixture.server.send("GET", "/v2/", as: .nobody).challenge
            #expect(challenge == ["realm": "https://images.example:8443/token", "service": "images.example:8443"])
        }
    }

    @Test("An API key is accepted as a password and as a bearer token")
    func keys() async throws {
        try await Fixture.run { fixture in
            for authorization in [Authorization.administrator, .bearer(fixture.backend.key), .basic("admin", fixture.backend.key)] {
                let base = try await fixture.server.send("GET", "/v2/", as: authorization)
                let manifest = try await fixture.send("GET", "manifests/v1", as: authorization)
                #expect(base.status == 200 && manifest.body == Sample.manifest)
            }
        }
    }

    @Test("A token issued for an API key as the password is accepted", arguments: ["GET", "POST"])
    func token(_ method: String) async throws {
        try await Fixture.run { fixture in
            let scope = "repository:\(fixture.name()):pull"
            let form = "grant_type=password&service=x&client_id=c&username=admin&password=\(fixture.backend.key.revealed())&scope=\(scope)"
            let response =
                method == "GET"
                ? try await fixture.server.send("GET", "/token?account=admin&client_id=docker&offline_token=true&service=x&scope=\(scope)")
                : try await fixture.server.send(
                    "POST", "/token", as: .nobody, [("Content-Type", "application/x-www-form-urlencoded")], body: form)
            #expect(response.status == 200)
            let token = try #require(response.member("token"))
            #expect(response.member("access_token") == token && response.text.contains(#""expires_in":300"#))
            #expect(try await fixture.server.send("GET", "/v2/", as: .field("Bearer \(token)")).status == 200)
            #expect(try await fixture.send("GET", "manifests/v1", as: .field("Bearer \(token)")).body == Sample.manifest)
        }
    }

    @Test("A wrong key receives no token, and many wrong keys are throttled", arguments: ["GET", "POST"])
    func throttled(_ method: String) async throws {
        try await Fixture.run { fixture in
            var statuses: [Int] = []
            for _ in 1...31 {
                let response =
                    method == "GET"
                    ? try await fixture.server.send("GET", "/token?service=x", as: .field(TestServer.basic("admin:wrong")))
                    : try await fixture.server.send(
                        "POST", "/token", as: .nobody, body: "grant_type=password&username=admin&password=wrong")
                statuses.append(response.status)
                if response.status == 429 {
                    #expect(response["Retry-After"] == "180")
                } else {
                    #expect(response["WWW-Authenticate"]?.hasPrefix("Basic ") == true)
                }
            }
            #expect(statuses == Array(repeating: 401, count: 30) + [429])
            #expect(try await fixture.server.send("GET", "/token?service=x").status == 200)
        }
    }

    @Test("A token omits requested access that the caller does not have")
    func fewer() async throws {
        try await Fixture.run { fixture in
            let key = try await fixture.backend.makeAdministratorKey(scopes: [.pull])
            let token = try await fixture.token(as: .bearer(key), "pull,push,delete")
            #expect(try await fixture.send("GET", "manifests/v1", as: .field("Bearer \(token)")).status == 200)
            let push = try await fixture.send("POST", "blobs/uploads/", as: .field("Bearer \(token)"))
            // No other token helps, so that the error contains the reason.
            #expect(push.status == 403 && push.code == "DENIED" && push.message.contains("'push'"))
        }
    }

    @Test("Several scopes in any encoding are granted in one token", arguments: ["&scope=", "%20", "+"])
    func several(_ separator: String) async throws {
        try await Fixture.run { fixture in
            try await fixture.register("team/other", nil, nil)
            let scopes = [
                "repository:\(fixture.name()):pull", "repository:\(fixture.name("team/other")):pull", "registry:catalog:*", "nonsense",
            ]
            let response = try await fixture.server.send("GET", "/token?service=x&scope=" + scopes.joined(separator: separator))
            let token = try #require(response.member("token"))
            #expect(try await fixture.send("GET", "manifests/v1", as: .field("Bearer \(token)")).status == 200)
            let other = try await fixture.send("GET", "manifests/v1", of: "team/other", as: .field("Bearer \(token)"))
            #expect(other.status != 401)
        }
    }

    @Test(
        "A token request with an unsupported or incomplete grant is refused",
        arguments: ["grant_type=refresh_token&refresh_token=x", "", "grant_type=password&username=a"])
    func otherGrants(_ form: String) async throws {
        try await Fixture.run { fixture in
            let response = try await fixture.server.send("POST", "/token", as: .nobody, body: form)
            #expect(response.status == 400 && response.code == "UNSUPPORTED")
        }
    }
}
