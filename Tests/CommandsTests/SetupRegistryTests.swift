import FakeCloud
import Testing

@Suite("Registries of 'docker-cloud setup'") struct SetupRegistryTests {
    @Test(
        "Without arguments, 'setup' uses the registries of the namespace, with Docker Hub as docker.io",
        arguments: [[], ["--namespace", "acme"]])
    func registered(options: [String]) async throws {
        try await FakeCloud.run { _ in
            .page([Body.registry("registry.local:5000"), Body.registry("registry-1.docker.io")])
        } _: { cloud in
            let shell = await Shell.run(["setup", "buildx"] + options, at: cloud)
            #expect(shell.status == 0)
            let namespace = options.last.map { "\($0)/" } ?? ""
            #expect(cloud.lines == ["GET /api/repo/v1/\(namespace)registry/?limit=250"])
            let text = shell.output.joined()
            #expect(text.contains("[registry.\"registry.local:5000\"]\n"))
            #expect(text.contains("/\(namespace)registry.local_5000\"]\n"))
            #expect(text.contains("[registry.\"docker.io\"]\n"))
            #expect(!shell.everything.contains("lm_key"))
        }
    }

    @Test("'setup' without arguments fails if no repository is registered") func none() async throws {
        try await FakeCloud.run { _ in
            .page([])
        } _: { cloud in
            let shell = await Shell.run(["setup", "docker"], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output.isEmpty)
            #expect(shell.errors == ["No repository is registered: name the registries, for example 'registry.example:5000'"])
        }
    }

    @Test("'setup' for a named registry sends no request and needs no credential") func named() async throws {
        try await FakeCloud.run { _ in
            .failure(500, "unexpected request")
        } _: { cloud in
            let shell = await Shell.run(["setup", "docker", "a.example"], environment: ["DOCKERCLOUD_REST_HOST": cloud.url])
            #expect(shell.status == 0)
            #expect(cloud.requests.isEmpty)
        }
    }

    @Test(
        "'setup' refuses an invalid registry and prints nothing",
        arguments: ["registry", "a.example/team", "https://a.example", "a.example\"]", "$(id).example", "[::1]:5000", ""])
    func refused(host: String) async {
        for client in ["podman", "containerd", "docker", "buildx"] {
            let shell = await Shell.run(["setup", client, host], environment: ["DOCKERCLOUD_REST_HOST": "https://cloud.example"])
            #expect(shell.status == 3)
            #expect(shell.output.isEmpty)
            #expect(!shell.errors.isEmpty)
        }
    }

    @Test("'setup' refuses an invalid namespace and prints nothing", arguments: ["Acme", "a/b", "$(id)", "registry"]) func namespace(
        name: String
    ) async {
        let shell = await Shell.run(
            ["setup", "containerd", "a.example", "--namespace", name], environment: ["DOCKERCLOUD_REST_HOST": "https://cloud.example"])
        #expect(shell.status == 3)
        #expect(shell.output.isEmpty)
    }

    @Test(
        "A server name that Docker would parse as a Docker Hub user is printed with its port",
        arguments: [
            ("https://cloud", "cloud:443"), ("http://cloud/", "cloud:80"), ("https://localhost", "localhost"),
            ("https://Cloud.Example:443", "cloud.example"), ("http://cloud.example:443", "cloud.example:443"),
        ])
    func server(url: String, host: String) async {
        let shell = await Shell.run(["setup", "docker", "a.example"], environment: ["DOCKERCLOUD_REST_HOST": url])
        #expect(shell.output.joined().contains("docker pull \(host)/a.example/PATH:TAG\n"))
    }
}
