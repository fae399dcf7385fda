import Domain
import TestSupport
import Testing

/// A client that uses the server as a mirror sends the registry in the parameter `ns`
/// (https://github.com/containerd/containerd/blob/main/docs/hosts.md).
@Suite("Mirror requests with the ns parameter")
struct MirrorTests {
    private static let blob = "blobs/\(Sample.blobDigest)"

    private static func get(
        _ resource: String, of path: String = Fixture.image, on registry: String, _ method: String = "GET", fixture: Fixture,
        as authorization: Authorization = .administrator
    ) async throws -> RawResponse {
        try await fixture.server.send(method, "/v2/\(path)/\(resource)?ns=\(registry)", as: authorization)
    }

    @Test("A registered repository is pulled by its own path and the ns parameter", arguments: [":", "%3A"])
    func pull(_ colon: String) async throws {
        try await Fixture.run { fixture in
            let registry = fixture.registry.authority.replacing(":", with: colon)
            for method in ["HEAD", "GET"] {
                for (resource, content) in [
                    ("manifests/v1", Sample.manifest), ("manifests/\(Sample.manifestDigest)", Sample.manifest), (Self.blob, Sample.blob),
                ] {
                    let response = try await Self.get(resource, on: registry, method, fixture: fixture)
                    #expect(response.status == 200 && response.body == (method == "GET" ? content : []), "\(method) \(resource)")
                }
            }
            #expect(fixture.requestLines.allSatisfy { !$0.contains("ns=") })
            #expect(fixture.registry.requests.filter { $0.path != "/v2/" }.allSatisfy { $0.authorization == Canary.authorization })
            #expect(try await fixture.uses(.repositoryPull).count == 1)
        }
    }

    @Test("The path may contain the registry as well, if it equals the ns parameter")
    func both() async throws {
        try await Fixture.run { fixture in
            #expect(try await Self.get("manifests/v1", of: fixture.name(), on: fixture.registry.authority, fixture: fixture).status == 200)
            let other = try await Self.get("manifests/v1", of: fixture.name(), on: "registry.example:5000", fixture: fixture)
            #expect(other.status == 404 && other.code == "NAME_UNKNOWN", "\(other.text)")
        }
    }

    @Test(
        "An unregistered repository is reported with a command, without a request to the registry",
        arguments: ["registry.example:5000", "registry.example", "docker.io"])
    func unknown(_ registry: String) async throws {
        try await Fixture.run { fixture in
            for resource in ["manifests/v1", Self.blob] {
                let response = try await Self.get(resource, on: registry, fixture: fixture)
                #expect(response.status == 404 && response.code == "NAME_UNKNOWN", "\(response.text)")
                #expect(response.message.contains("docker-cloud repository register \(registry)/team/image"), "\(response.message)")
            }
            #expect(fixture.registry.openings.isEmpty)
        }
    }

    @Test(
        "An invalid ns parameter is refused without a request to a registry",
        arguments: [
            "a/b", "registry.example_5000", "user@host", "http://registry.example", "registry.example:0", "registry.example:65536", "%20",
            "word", "[::1",
        ])
    func malformed(_ registry: String) async throws {
        try await Fixture.run { fixture in
            let response = try await Self.get("manifests/v1", on: registry, fixture: fixture)
            #expect(response.status == 400 && response.code == "NAME_INVALID", "\(response.status) \(response.text)")
            #expect(fixture.registry.openings.isEmpty)
        }
    }

    @Test("The first of several ns parameters is used")
    func twice() async throws {
        try await Fixture.run { fixture in
            let (authority, other) = (fixture.registry.authority, "registry.example:5000")
            let unknown = try await Self.get("manifests/v1", on: "\(other)&ns=\(authority)", fixture: fixture)
            #expect(unknown.status == 404 && unknown.code == "NAME_UNKNOWN", "\(unknown.status) \(unknown.text)")
            #expect(fixture.registry.openings.isEmpty)
            for second in [authority, other, "a/b", ""] {
                let response = try await Self.get("manifests/v1", on: "\(authority)&ns=\(second)", fixture: fixture)
                #expect(response.status == 200 && response.body == Sample.manifest, "\(second): \(response.text)")
            }
            #expect(fixture.requestLines.allSatisfy { !$0.contains("ns=") })
        }
    }

    @Test("The challenge of an unauthenticated mirror request names the repository, and the token covers it")
    func login() async throws {
        try await Fixture.run { fixture in
            let refused = try await Self.get("manifests/v1", on: fixture.registry.authority, fixture: fixture, as: .nobody)
            #expect(refused.status == 401 && refused.challenge["scope"] == "repository:\(fixture.name()):pull", "\(refused.challenge)")
            let bearer = Authorization.field("Bearer \(try await fixture.token())")
            #expect(try await Self.get("manifests/v1", on: fixture.registry.authority, fixture: fixture, as: bearer).status == 200)
            let outsider = try await fixture.backend.makeAccount("mallory")
            let other = try await Self.get("manifests/v1", on: fixture.registry.authority, fixture: fixture, as: .bearer(outsider))
            #expect(other.status == 404 && other.code == "NAME_UNKNOWN")
        }
    }
}
