import Domain
import TestSupport
import Testing

/// The registry is named beside the path where a client takes the server for a mirror
/// (https://github.com/containerd/containerd/blob/main/docs/hosts.md).
@Suite("Registries that are named beside the path")
struct MirrorTests {
    private static let blob = "blobs/\(Sample.blobDigest)"

    private static func get(
        _ resource: String, of path: String = Fixture.image, on registry: String, _ method: String = "GET", fixture: Fixture,
        as authorization: Authorization = .administrator
    ) async throws -> RawResponse {
        try await fixture.server.send(method, "/v2/\(path)/\(resource)?ns=\(registry)", as: authorization)
    }

    @Test("What a registered repository has is pulled by its own path", arguments: [":", "%3A"])
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
            #expect(fixture.asked.allSatisfy { !$0.contains("ns=") })
            #expect(fixture.registry.requests.filter { $0.path != "/v2/" }.allSatisfy { $0.authorization == Canary.authorization })
            #expect(try await fixture.uses(.repositoryPull).count == 1)
        }
    }

    @Test("The path may name it as well, and then both must name the same one")
    func both() async throws {
        try await Fixture.run { fixture in
            #expect(try await Self.get("manifests/v1", of: fixture.name(), on: fixture.registry.authority, fixture: fixture).status == 200)
            let other = try await Self.get("manifests/v1", of: fixture.name(), on: "registry.example:5000", fixture: fixture)
            #expect(other.status == 404 && other.code == "NAME_UNKNOWN", "\(other.text)")
        }
    }

    @Test(
        "One where nothing is registered is said to be, with what to do, and is not asked",
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
        "What names no registry is refused, and nobody is asked",
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

    @Test("Of several registries that are named, the first one counts")
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
            #expect(fixture.asked.allSatisfy { !$0.contains("ns=") })
        }
    }

    @Test("Whoever has no business here is told where to log in, for the repository that is meant, and the token is good for it")
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
