import ArgumentParser
import DockerCloud

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
            # For containerd: a script for root that writes a hosts.toml for each registry. Images keep their own names.
            #
            # containerd has no logins, so the files hold an API key: put it here, best that of a robot with the scope pull only.
            # What the server does not have is asked of the registry itself, as without these files.
            # Kubernetes' images are pulled by them where /etc/containerd/config.toml says so:
            #   [plugins."io.containerd.grpc.v1.cri".registry]
            #     config_path = "/etc/containerd/certs.d"
            # and ctr by 'ctr images pull --hosts-dir /etc/containerd/certs.d \(routes.first?.registry ?? "")/PATH:TAG'.

            set -eu
            umask 077
            folder=/etc/containerd/certs.d
            authorization="Basic $(printf %s 'ACCOUNT:API-KEY' | base64 -w 0)"

            """ + files.joined(separator: "\n")
    }
}
