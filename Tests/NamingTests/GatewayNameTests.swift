import Naming
import Testing

@Suite("Repository names at the gateway")
struct GatewayNameTests {
    @Test(
        "A name is parsed into its repository and formatted back",
        arguments: [
            ("registry.example/a", nil, "registry.example/a"),
            ("registry.example_5000/a/b-c/d.e__f", nil, "registry.example:5000/a/b-c/d.e__f"),
            ("127.0.0.1_5000/team/image", nil, "127.0.0.1:5000/team/image"), ("localhost/a", nil, "localhost/a"),
            ("localhost_5000/a", nil, "localhost:5000/a"), ("registry_5000/a", nil, "registry:5000/a"),
            ("acme/registry.example_5000/a", "acme", "registry.example:5000/a"),
            ("acme/docker.io/library/ubuntu", "acme", "docker.io/library/ubuntu"),
            ("docker.io/library/ubuntu", nil, "docker.io/library/ubuntu"),
            ("registry.example/manifests/blobs", nil, "registry.example/manifests/blobs"),
        ] as [(String, String?, String)])
    func roundTrip(_ text: String, _ namespace: String?, _ repository: String) throws {
        let name = try #require(GatewayName(parsing: text))
        #expect(name.namespace?.description == namespace)
        #expect(try name.repository == RepositoryName(parsing: repository))
        #expect(name.description == text)
    }

    @Test(
        "Other spellings of a name are parsed into the same repository",
        arguments: [
            ("docker.io/ubuntu", "docker.io/library/ubuntu"), ("index.docker.io/library/ubuntu", "docker.io/library/ubuntu"),
            ("acme/registry-1.docker.io/ubuntu", "acme/docker.io/library/ubuntu"), ("Registry.example/a", "registry.example/a"),
        ])
    func folded(_ text: String, _ canonical: String) {
        #expect(GatewayName(parsing: text)?.description == canonical)
    }

    @Test(
        "The ns parameter of containerd names the registry",
        arguments: [
            ("library/ubuntu", "docker.io", "docker.io/library/ubuntu"),
            ("team/image", "registry.example:5000", "registry.example:5000/team/image"),
            ("a.example/b", "registry.example", "registry.example/a.example/b"), ("image", "127.0.0.1:5000", "127.0.0.1:5000/image"),
        ])
    func besides(_ path: String, _ registry: String, _ repository: String) throws {
        let name = try #require(GatewayName(parsing: path, on: registry))
        #expect(name.namespace == nil)
        #expect(try name.repository == RepositoryName(parsing: repository))
    }

    @Test(
        "An invalid repository name is refused",
        arguments: [
            "", "/", "a", "acme", "registry.example", "registry.example/", "acme/registry.example", "acme/team/image", "library/ubuntu",
            "registry.example:5000/a", "registry.example_0/a", "registry.example_65536/a", "registry.example_05/a", "registry.example_/a",
            "_5000/a", "a_b.example_5000/a", "registry.example/A", "registry.example//a", "registry.example/a/", "registry.example/../a",
            "ACME/registry.example/a", "api/registry.example/a", "acme/globex/registry.example/a", "registry.example/a:latest",
            "registry.example/a@sha256", "[::1]_5000/a", "registry.example/é", "0x7f.1/a",
        ])
    func refused(_ text: String) {
        #expect(GatewayName(parsing: text) == nil)
    }

    @Test(
        "An invalid ns parameter is refused",
        arguments: ["", "a/b", "registry.example_5000", "user@host", "http://registry.example"])
    func noRegistry(_ registry: String) {
        #expect(GatewayName(parsing: "team/image", on: registry) == nil)
    }
}
