import Domain
import Gateway
import Naming
import TestSupport
import Testing

@Suite("Rights at the gateway")
struct RightsTests {
    private static let calls = [
        ("GET", "manifests/v1", "pull"), ("HEAD", "manifests/v1", "pull"), ("GET", "blobs/\(Sample.blobDigest)", "pull"),
        ("GET", "tags/list", "pull"), ("GET", "referrers/\(Sample.manifestDigest)", "pull"), ("POST", "blobs/uploads/", "push"),
        ("PATCH", "blobs/uploads/a.b.c", "push"), ("PUT", "manifests/v1", "push"), ("DELETE", "manifests/v1", "delete"),
        ("DELETE", "blobs/\(Sample.blobDigest)", "delete"),
    ]

    private func inAcme(_ body: (Fixture, [String: APIKeySecret]) async throws -> Void) async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(allowsDeletion: true))) { fixture in
            let keys = try await fixture.makeOrganization("acme", ["reader": .read, "writer": .write, "boss": .admin])
            try await fixture.register(Fixture.image, nil, nil, in: "acme", by: keys["boss"])
            try await body(fixture, keys)
        }
    }

    @Test("A pull needs the permission to read, a push to write, and a deletion to administer the namespace")
    func permissions() async throws {
        try await inAcme { fixture, keys in
            let allowed = ["reader": ["pull"], "writer": ["pull", "push"], "boss": ["pull", "push", "delete"]]
            for (member, key) in keys {
                for (method, resource, use) in Self.calls {
                    let count = fixture.registry.requests.count
                    let response = try await fixture.server.send(method, "/v2/acme/\(fixture.name())/\(resource)", as: .bearer(key))
                    let isAllowed = allowed[member]?.contains(use) == true
                    // The registry refuses anonymous requests, which is another error. The upload of this row does not exist.
                    if method != "PATCH" {
                        #expect((fixture.registry.requests.count > count) == isAllowed, "\(member) \(method) \(resource)")
                    }
                    if !isAllowed {
                        #expect(response.status == 403, "\(member) \(method) \(resource)")
                        if method != "HEAD" { #expect(response.code == "DENIED" && response.message.contains("permission")) }
                    }
                }
            }
        }
    }

    @Test("The error for a key without the required scope names the scope")
    func scopes() async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(allowsDeletion: true))) { fixture in
            for (method, resource, use) in Self.calls where method != "HEAD" {
                let key = try await fixture.backend.makeAdministratorKey(scopes: Set(Scope.allCases.filter { $0.rawValue != use }))
                let response = try await fixture.send(method, resource, as: .bearer(key))
                #expect(
                    response.status == 403 && response.code == "DENIED" && response.message.contains("scope '\(use)'"),
                    "\(method) \(resource)")
            }
            #expect(fixture.registry.requests.isEmpty)
        }
    }

    @Test("The namespace of another account has the same response as one that does not exist")
    func outsiders() async throws {
        try await inAcme { fixture, _ in
            let outsider = try await fixture.backend.makeAccount("mallory")
            for (method, resource, _) in Self.calls where method != "HEAD" {
                let responses = try await ["acme", "nobody", "admin"].asyncMap { namespace in
                    let response = try await fixture.server.send(
                        method, "/v2/\(namespace)/\(fixture.name())/\(resource)", as: .bearer(outsider))
                    return "\(response.status) \(response.text)".replacing(namespace, with: "N")
                }
                #expect(Set(responses).count == 1 && responses[0].hasPrefix("404") && responses[0].contains("NAME_UNKNOWN"), "\(responses)")
            }
            #expect(fixture.registry.requests.isEmpty)
        }
    }

    @Test("The error for an unregistered repository contains the command that registers it")
    func unregistered() async throws {
        try await Fixture.run { fixture in
            let response = try await fixture.send("GET", "manifests/v1", of: "team/other")
            #expect(response.status == 404 && response.code == "NAME_UNKNOWN")
            #expect(response.message.contains("docker-cloud repository register \(fixture.registry.authority)/team/other"))
            #expect(fixture.registry.requests.isEmpty)
        }
    }

    @Test("A key restricted to some repositories reaches no others")
    func restricted() async throws {
        try await Fixture.run { fixture in
            try await fixture.register("other/image", nil, nil)
            let pattern = try RepositoryPattern(parsing: "\(fixture.registry.authority)/other/*")
            let key = try await fixture.backend.makeAdministratorKey(restriction: .init(repositories: [pattern]))
            let refused = try await fixture.send("GET", "manifests/v1", as: .bearer(key))
            #expect(refused.status == 403 && refused.code == "DENIED")
            #expect(fixture.registry.requests.isEmpty)
            let token = try await fixture.token(as: .bearer(key), "pull,push")
            #expect(try await fixture.send("GET", "manifests/v1", as: .field("Bearer \(token)")).status == 403)
            _ = try await fixture.send("GET", "manifests/v1", of: "other/image", as: .bearer(key))
            #expect(!fixture.registry.requests.isEmpty)
        }
    }

    @Test("Deletion on registries is disabled by default")
    func deletion() async throws {
        try await Fixture.run { fixture in
            for resource in ["manifests/v1", "blobs/\(Sample.blobDigest)"] {
                let response = try await fixture.send("DELETE", resource)
                #expect(response.status == 405 && response.code == "UNSUPPORTED" && response.message.contains("--gateway-delete"))
            }
            #expect(fixture.registry.requests.isEmpty)
        }
    }

    @Test("Authentication comes before any other error")
    func first() async throws {
        try await Fixture.run { fixture in
            let name = fixture.name()
            let paths = [
                ("GET", "/v2/"), ("POST", "/v2/"), ("GET", "/v2/_catalog"), ("GET", "/v2/nothing"), ("PUT", "/v2/\(name)/tags/list"),
                ("GET", "/v2/\(name)/manifests/.x"), ("GET", "/v2/\(name)/blobs/x"), ("GET", "/v2/nobody/team/image/tags/list"),
                ("GET", "/v2/\(name)/blobs/uploads/"),
            ]
            for (method, path) in paths {
                #expect(try await fixture.server.send(method, path, as: .nobody).status == 401, "\(method) \(path)")
                let known = try await fixture.server.send(method, path).status
                #expect(known != 401 && known < 500, "\(method) \(path)")
            }
        }
    }
}

@Suite("Restricted keys of a server administrator through the gateway")
struct RestrictedGatewayTests {
    private static let calls = [
        ("GET", "manifests/v1"), ("HEAD", "manifests/v1"), ("GET", "blobs/\(Sample.blobDigest)"), ("GET", "tags/list"),
        ("GET", "referrers/\(Sample.manifestDigest)"), ("POST", "blobs/uploads/"), ("PUT", "manifests/v1"), ("DELETE", "manifests/v1"),
        ("DELETE", "blobs/\(Sample.blobDigest)"),
    ]

    @Test("No request with Basic, Bearer or a token reaches a repository of another namespace or reveals it")
    func otherNamespaces() async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(allowsDeletion: true))) { fixture in
            try await fixture.backend.makeOrganization()
            let before = try await fixture.inspect()
            let asked = fixture.registry.requests.count
            for restriction in [try APIKey.Restriction(namespace: "acme", to: []), try APIKey.Restriction(to: ["other.example/*"])] {
                let key = try await fixture.backend.makeAdministratorKey(restriction: restriction)
                let scope = "repository:admin/\(fixture.name()):pull,push,delete"
                let token = try await fixture.server.send("GET", "/token?service=x&scope=\(scope)", as: .bearer(key)).member("token")
                let ways = [Authorization.bearer(key), .basic("admin", key), .field("Bearer \(try #require(token))")]
                for way in ways {
                    for (method, resource) in Self.calls {
                        let response = try await fixture.server.send(method, "/v2/admin/\(fixture.name())/\(resource)", as: way)
                        #expect(
                            [401, 403, 404].contains(response.status), "\(restriction) \(way) \(method) \(resource): \(response.status)")
                    }
                }
            }
            #expect(fixture.registry.requests.count == asked)
            #expect(try await fixture.inspect() == before)
        }
    }
}
