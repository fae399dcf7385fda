import Testing

@Suite("Client configurations of 'docker-cloud setup'") struct SetupTests {
    private static let twoRegistries = ["registry.example:5000", "docker.io"]

    private func run(_ arguments: [String], server: String = "https://cloud.example", namespace: String? = nil) async -> Shell {
        await Shell.run(["setup"] + arguments, environment: ["DOCKERCLOUD_REST_HOST": server, "DOCKERCLOUD_NAMESPACE": namespace ?? ""])
    }

    @Test("'setup podman' prints a location for each registry, with the registry in the path") func podman() async {
        let shell = await run(["podman"] + Self.twoRegistries)
        #expect(shell.status == 0)
        #expect(
            shell.output == [
                """
                # For podman, buildah, skopeo and CRI-O. Store it in ~/.config/containers/registries.conf.d/docker-cloud.conf or, for
                # all users of the machine, in /etc/containers/registries.conf.d/docker-cloud.conf.
                #
                # The password is an API key:
                #   podman login -u ACCOUNT cloud.example
                # Pulls of the original image names go through the server:
                #   podman pull registry.example:5000/PATH
                # This file does not redirect pushes and tag lists, so they name the server:
                #   podman push IMAGE cloud.example/registry.example_5000/PATH

                [[registry]]
                prefix = "registry.example:5000"
                location = "cloud.example/registry.example_5000"

                [[registry]]
                prefix = "docker.io"
                location = "cloud.example/docker.io"
                """
            ])
    }

    @Test("'setup podman' prints the settings for a server without TLS and for another namespace") func podmanWithoutTLS() async {
        for arguments in [["podman", "a.example", "--namespace", "acme"], ["podman", "--namespace=acme", "a.example"]] {
            let text = await run(arguments, server: "http://127.0.0.1:8080").output.joined()
            #expect(
                text.hasSuffix(
                    """
                    [[registry]]
                    prefix = "a.example"
                    location = "127.0.0.1:8080/acme/a.example"
                    insecure = true
                    """))
            #expect(text.contains("podman login --tls-verify=false -u ACCOUNT 127.0.0.1:8080\n"))
            #expect(text.contains("podman push --tls-verify=false IMAGE 127.0.0.1:8080/acme/a.example/PATH\n"))
        }
    }

    @Test("'setup containerd' prints a script with a placeholder for the key") func containerd() async {
        let shell = await run(["containerd", "registry.example:5000"], namespace: "acme")
        #expect(shell.status == 0)
        #expect(
            shell.output == [
                #"""
                # For containerd: a script for root that writes a hosts.toml for each registry. Image names do not change.
                #
                # containerd has no logins, so the files contain an API key. Insert it below, preferably one of a robot with only the
                # scope pull. Images that the server does not have are requested from the registry itself, as without these files.
                # To use the files for Kubernetes, set in /etc/containerd/config.toml:
                #   [plugins."io.containerd.grpc.v1.cri".registry]
                #     config_path = "/etc/containerd/certs.d"
                # To use them with ctr: ctr images pull --hosts-dir /etc/containerd/certs.d registry.example:5000/PATH:TAG

                set -eu
                umask 077
                folder=/etc/containerd/certs.d
                authorization="Basic $(printf %s 'ACCOUNT:API-KEY' | base64 -w 0)"

                mkdir -p "$folder/registry.example:5000"
                cat > "$folder/registry.example:5000/hosts.toml" << END
                [host."https://cloud.example/v2/acme/registry.example_5000"]
                  capabilities = ["pull", "resolve", "push"]
                  override_path = true
                  [host."https://cloud.example/v2/acme/registry.example_5000".header]
                    authorization = "$authorization"
                END
                """#
            ])
    }

    @Test("'setup docker' prints the commands to run") func docker() async {
        let shell = await run(["docker"] + Self.twoRegistries)
        #expect(shell.status == 0)
        #expect(
            shell.output == [
                """
                # For Docker Engine. It has no setting that redirects a registry, so image names start with the server.
                # The password is an API key:
                docker login -u ACCOUNT cloud.example

                # registry.example:5000/PATH:TAG
                docker pull cloud.example/registry.example_5000/PATH:TAG
                docker push cloud.example/registry.example_5000/PATH:TAG

                # docker.io/PATH:TAG
                docker pull cloud.example/docker.io/PATH:TAG
                docker push cloud.example/docker.io/PATH:TAG
                """
            ])
    }

    @Test(
        "'setup docker' prints insecure-registries for a server without TLS, except on loopback",
        arguments: [
            ("http://cloud.example", #"{"insecure-registries": ["cloud.example"]}"#),
            ("http://cloud:8080", #"{"insecure-registries": ["cloud:8080"]}"#), ("http://127.0.0.1:8080", nil), ("https://cloud", nil),
        ])
    func insecure(server: String, setting: String?) async {
        let text = await run(["docker", "a.example"], server: server).output.joined()
        #expect(text.contains("insecure-registries") == (setting != nil))
        if let setting { #expect(text.contains("#   \(setting)\n")) }
    }

    @Test("'setup buildx' prints mirrors, and http for a server without TLS") func buildx() async {
        let shell = await run(["buildx", "registry.example:5000"], server: "http://cloud.example:8080")
        #expect(shell.status == 0)
        #expect(
            shell.output == [
                """
                # For builders of docker buildx: a buildkitd.toml. The password is an API key:
                #   docker login -u ACCOUNT cloud.example:8080
                #   docker buildx create --use --buildkitd-config buildkitd.toml
                # Every FROM registry.example:5000/PATH then uses the server. Pushes name the server:
                #   docker buildx build --push -t cloud.example:8080/registry.example_5000/PATH .

                [registry."registry.example:5000"]
                  mirrors = ["cloud.example:8080/registry.example_5000"]

                [registry."cloud.example:8080"]
                  http = true
                """
            ])
        #expect(await run(["buildx", "a.example"]).output.joined().contains("http = true") == false)
    }
}
