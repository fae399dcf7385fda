import TestSupport
import Testing
import Wire

@Suite("Trust settings of registries over the API")
struct TrustTests {
    private static let path = TestServer.registries + "registry.example:5000/"
    private static let realm = "https://auth.example/token"

    private static func body(_ changes: [String: JSON] = [:]) -> JSON {
        let members: [String: JSON] = [
            "host": .string("registry.example"), "is_docker_registry": .bool(false), "is_ssl": .bool(true),
            "name": .string("registry.example:5000"), "port": .number("5000"),
            "resource_uri": .string("/api/repo/v1/admin/registry/registry.example:5000/"), "is_trusted": .bool(false),
            "plain_http": .bool(false), "ca_certificate": .null, "realm": .null,
        ]
        return .object(members.merging(changes) { $1 })
    }

    private func patch(_ body: String, on server: TestServer, as authorization: Authorization = .administrator) async throws -> RawResponse
    {
        try await server.send("PATCH", Self.path, as: authorization, body: body)
    }

    @Test("Trust settings of a registry without repositories can be set, read, and changed member by member")
    func lifecycle() async throws {
        try await TestServer.run { server in
            #expect(try await server.get(Self.path).status == 404)
            let pem = SamplePEM.authority.replacing("\n", with: "\\n")
            let steps: [(String, [String: JSON])] = [
                ("{}", [:]),
                (#"{"is_trusted": true}"#, ["is_trusted": .bool(true)]),
                (#"{"plain_http": true}"#, ["plain_http": .bool(true), "is_ssl": .bool(false)]),
                (#"{"ca_certificate": "\#(pem)"}"#, ["ca_certificate": .string(SamplePEM.authority)]),
                (#"{"realm": "\#(Self.realm)"}"#, ["realm": .string(Self.realm)]),
                (#"{"is_trusted": null, "plain_http": null, "ca_certificate": null, "realm": null}"#, [:]),
                (#"{"ca_certificate": ""}"#, ["ca_certificate": .null]),
                (#"{"realm": ""}"#, ["realm": .null]),
                (#"{"plain_http": false}"#, ["plain_http": .bool(false), "is_ssl": .bool(true)]),
                (#"{"is_trusted": false}"#, ["is_trusted": .bool(false)]),
            ]
            var expected: [String: JSON] = [:]
            for (body, changes) in steps {
                expected.merge(changes) { $1 }
                let patched = try await patch(body, on: server)
                #expect(patched.status == 202, "\(body)")
                #expect(try patched.json == Self.body(expected), "\(body)")
                #expect(try await server.get(Self.path).text == patched.text)
            }
        }
    }

    @Test("Networks and blob hosts are shown if there are any; blob hosts are set as a list")
    func limits() async throws {
        try await TestServer.run { server in
            try await server.register("registry.local:5000/a")
            let path = TestServer.registries + "registry.local:5000/"
            let registered = try await server.get(path).json
            #expect(registered["is_trusted"] == .bool(true) && registered["trusted_networks"]?.elements == [.string("10.0.0.0/8")])
            let patched = try await server.send("PATCH", path, body: #"{"blob_hosts": ["minio.local:9000", "a.example"]}"#)
            #expect(try patched.json["blob_hosts"]?.elements == [.string("a.example"), .string("minio.local:9000")])
            #expect(try await server.send("PATCH", path, body: patched.text).json == patched.json, "an echo changes nothing")
            let taken = try await server.send("PATCH", path, body: #"{"blob_hosts": []}"#)
            #expect(try taken.json["blob_hosts"] == nil && taken.json["trusted_networks"] != nil)
            for body in [#"{"blob_hosts": ["a/b"]}"#, #"{"blob_hosts": "a.example"}"#, #"{"blob_hosts": [1]}"#] {
                #expect(try await server.send("PATCH", path, body: body).status == 400, "\(body)")
            }
            let untrusted = try await server.send("PATCH", path, body: #"{"is_trusted": false}"#).json
            #expect(untrusted["is_trusted"] == .bool(false) && untrusted["trusted_networks"] == nil)
        }
    }

    @Test("A change of trust settings is recorded as a user action on the registry's resource URI")
    func recorded() async throws {
        try await TestServer.run { server in
            let patched = try await patch(#"{"is_trusted": true}"#, on: server)
            let action = try await server.get(try #require(patched["X-DockerCloud-Action-URI"])).json
            #expect(action["action"]?.text == "Registry Update")
            #expect(try action["object"] == patched.json["resource_uri"])
            #expect(action["object"]?.text == "/api/repo/v1/admin/registry/registry.example:5000/")
            #expect(action["is_user_action"] == .bool(true))
            #expect(action["method"]?.text == "PATCH")
            #expect(action["path"]?.text == Self.path)
        }
    }

    @Test(
        "Members with a wrong type and unknown members are rejected by name, and nothing changes",
        arguments: [
            (#"{"is_trusted": "true"}"#, "The member 'is_trusted' must be a boolean, not a string"),
            (#"{"is_trusted": 1}"#, "The member 'is_trusted' must be a boolean, not a number"),
            (#"{"plain_http": "no"}"#, "The member 'plain_http' must be a boolean, not a string"),
            (#"{"ca_certificate": true}"#, "The member 'ca_certificate' must be a string, not a boolean"),
            (#"{"realm": ["x"]}"#, "The member 'realm' must be a string, not an array"),
            (
                #"{"is_approved": true}"#,
                "Unknown member 'is_approved': a registry has the members is_trusted, plain_http, ca_certificate, realm and blob_hosts"
            ),
            (
                #"{"ca_certificate": "x"}"#,
                "ca_certificate must be one or more certificates in PEM, and no other text but lines that begin with #"
            ),
            (
                #"{"ca_certificate": "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----"}"#,
                "ca_certificate contains a private key. Nothing was stored. Send the certificates without it."
            ),
            (#"{"realm": "auth.example"}"#, "realm must be a URL such as https://auth.registry.example/token"),
            ("[]", "The body must be a JSON object, not an array"), ("", "The request has no body"),
        ])
    func invalid(body: String, error: String) async throws {
        try await TestServer.run { server in
            let before = try await server.everything()
            let response = try await patch(body, on: server)
            #expect(response.status == 400)
            #expect(response.error == error)
            #expect(response["X-DockerCloud-Action-URI"] == nil)
            #expect(try await server.everything() == before)
            #expect(try await server.get(Self.path).status == 404)
        }
    }

    @Test(
        "Plain HTTP is rejected for Docker Hub under each of its names",
        arguments: ["docker.io", "index.docker.io", "registry-1.docker.io"])
    func dockerHub(host: String) async throws {
        try await TestServer.run { server async throws in
            let path = TestServer.registries + host + "/"
            #expect(try await server.send("PATCH", path, body: #"{"plain_http": true}"#).status == 400)
            #expect(try await server.send("PATCH", path, body: #"{"is_trusted": true}"#).status == 202)
        }
    }

    @Test("Read-only members of a registry in a body are ignored; unknown query parameters are rejected")
    func echo() async throws {
        try await TestServer.run { server in
            let shown = try await patch(#"{"is_trusted": true}"#, on: server).text
            #expect(try await patch(shown, on: server).text == shown)
            #expect(try await server.send("PATCH", Self.path + "?force=1", body: "{}").status == 400)
        }
    }

    @Test("Only an administrator, with a key that has the scope, may change trust settings")
    func rights() async throws {
        try await TestServer.run { server in
            let alice = Authorization.bearer(try await server.backend.makeAccount("alice"))
            #expect(try await server.register("registry.example:5000/a", as: alice).status == 201)
            let denied = try await patch(#"{"is_trusted": true}"#, on: server, as: alice)
            #expect(denied.status == 403)
            #expect(denied.error == "Only a server administrator may do this: ask one to do it")
            #expect(try await patch(#"{"is_trusted": true}"#, on: server, as: .nobody).status == 401)
            let shown = try await server.send("GET", Self.path, as: alice)
            #expect(try shown.json["is_trusted"] == .bool(false))
            #expect(try await patch(#"{"is_trusted": true}"#, on: server).status == 202)
            #expect(try await server.send("GET", Self.path, as: alice).json["is_trusted"] == .bool(true))
            let other = try await server.send("GET", TestServer.registries + "docker.io/", as: alice)
            #expect(other.status == 404)
        }
    }
}
