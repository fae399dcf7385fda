import ArgumentParser
import DockerCloud

/// `docker-cloud setup docker`
struct SetupDocker: SetupOperation {
    static let configuration = CommandConfiguration(
        commandName: "docker",
        abstract: "For Docker Engine: the commands to run.",
        discussion: """
            Docker Engine has no configuration for this: registry-mirrors apply only to Docker Hub and receive no credentials.

            Example:
              docker-cloud setup docker
            """)

    @OptionGroup var options: RouteOptions

    static func text(for routes: [GatewayRoute], through server: CloudHost) -> String {
        let commands = routes.map { route in
            """

            # \(route.registry)/PATH:TAG
            docker pull \(route.prefix)/PATH:TAG
            docker push \(route.prefix)/PATH:TAG
            """
        }
        return """
            # For Docker Engine. It has no setting that redirects a registry, so image names start with the server.
            \(insecureRegistry(server))# The password is an API key:
            docker login -u ACCOUNT \(server.imageHost)

            """ + commands.joined(separator: "\n")
    }

    /// Docker uses http for loopback addresses by default (https://docs.docker.com/reference/cli/dockerd/#insecure-registries).
    private static func insecureRegistry(_ server: CloudHost) -> String {
        guard !server.isEncrypted, !server.isLoopback else { return "" }
        return """
            # The server has no TLS, so /etc/docker/daemon.json needs:
            #   {"insecure-registries": ["\(server.imageHost)"]}

            """
    }
}

/// `docker-cloud setup podman`
struct SetupPodman: SetupOperation {
    static let configuration = CommandConfiguration(
        commandName: "podman",
        abstract: "For podman, buildah, skopeo and CRI-O: a registries.conf that sends pulls to the server.",
        discussion: """
            Example:
              docker-cloud setup podman > ~/.config/containers/registries.conf.d/docker-cloud.conf
            """)

    @OptionGroup var options: RouteOptions

    /// https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
    static func text(for routes: [GatewayRoute], through server: CloudHost) -> String {
        let tables = routes.map { route in
            """

            [[registry]]
            prefix = "\(route.registry)"
            location = "\(route.prefix)"
            """ + (server.isEncrypted ? "" : "\ninsecure = true")
        }
        return """
            # For podman, buildah, skopeo and CRI-O. Store it in ~/.config/containers/registries.conf.d/docker-cloud.conf or, for
            # all users of the machine, in /etc/containers/registries.conf.d/docker-cloud.conf.
            #
            # The password is an API key:
            #   podman login\(server.isEncrypted ? "" : " --tls-verify=false") -u ACCOUNT \(server.imageHost)
            # Pulls of the original image names go through the server:
            #   podman pull \(routes.first?.registry ?? "")/PATH
            # This file does not redirect pushes and tag lists, so they name the server:
            #   podman push\(server.isEncrypted ? "" : " --tls-verify=false") IMAGE \(routes.first?.prefix ?? "")/PATH

            """ + tables.joined(separator: "\n")
    }
}

/// `docker-cloud setup containerd`
struct SetupContainerd: SetupOperation {
    static let configuration = CommandConfiguration(
        commandName: "containerd",
        abstract: "For containerd and Kubernetes: a script that writes a hosts.toml for each registry.",
        discussion: """
            Example:
              docker-cloud setup containerd registry.example > setup.sh
            """)

    @OptionGroup var options: RouteOptions

    /// https://github.com/containerd/containerd/blob/main/docs/hosts.md
    static func text(for routes: [GatewayRoute], through server: CloudHost) -> String {
        let files = routes.map { route in
            """

            mkdir -p "$folder/\(route.registry)"
            cat > "$folder/\(route.registry)/hosts.toml" << END
            [host."\(route.url)"]
              capabilities = ["pull", "resolve", "push"]
              override_path = true
              [host."\(route.url)".header]
                authorization = "$authorization"
            END
            """
        }
        return """
            # For containerd: a script for root that writes a hosts.toml for each registry. Image names do not change.
            #
            # containerd has no logins, so the files contain an API key. Insert it below, preferably one of a robot with only the
            # scope pull. Images that the server does not have are requested from the registry itself, as without these files.
            # To use the files for Kubernetes, set in /etc/containerd/config.toml:
            #   [plugins."io.containerd.grpc.v1.cri".registry]
            #     config_path = "/etc/containerd/certs.d"
            # To use them with ctr: ctr images pull --hosts-dir /etc/containerd/certs.d \(routes.first?.registry ?? "")/PATH:TAG

            set -eu
            umask 077
            folder=/etc/containerd/certs.d
            authorization="Basic $(printf %s 'ACCOUNT:API-KEY' | base64 -w 0)"

            """ + files.joined(separator: "\n")
    }
}

/// `docker-cloud setup buildx`
struct SetupBuildx: SetupOperation {
    static let configuration = CommandConfiguration(
        commandName: "buildx",
        abstract: "For builders of docker buildx: a buildkitd.toml that sends pulls to the server.",
        discussion: """
            Example:
              docker-cloud setup buildx > buildkitd.toml
            """)

    @OptionGroup var options: RouteOptions

    /// https://docs.docker.com/build/buildkit/toml-configuration/
    static func text(for routes: [GatewayRoute], through server: CloudHost) -> String {
        let tables = routes.map { route in
            """

            [registry."\(route.registry)"]
              mirrors = ["\(route.prefix)"]
            """
        }
        let plain = server.isEncrypted ? [] : ["\n[registry.\"\(server.imageHost)\"]\n  http = true"]
        return """
            # For builders of docker buildx: a buildkitd.toml. The password is an API key:
            #   docker login -u ACCOUNT \(server.imageHost)
            #   docker buildx create --use --buildkitd-config buildkitd.toml
            # Every FROM \(routes.first?.registry ?? "")/PATH then uses the server. Pushes name the server:
            #   docker buildx build --push -t \(routes.first?.prefix ?? "")/PATH .

            """ + (tables + plain).joined(separator: "\n")
    }
}
