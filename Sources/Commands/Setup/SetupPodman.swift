import ArgumentParser
import DockerCloud

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
            # For podman, buildah, skopeo and CRI-O. Goes to ~/.config/containers/registries.conf.d/docker-cloud.conf, or for
            # everybody on the machine to /etc/containers/registries.conf.d/docker-cloud.conf.
            #
            # The password is an API key:
            #   podman login\(server.isEncrypted ? "" : " --tls-verify=false") -u ACCOUNT \(server.imageHost)
            # Pulls go through the server under the images' own names:
            #   podman pull \(routes.first?.registry ?? "")/PATH
            # Pushes and lists of tags are not sent elsewhere by this file; they name the server:
            #   podman push\(server.isEncrypted ? "" : " --tls-verify=false") IMAGE \(routes.first?.prefix ?? "")/PATH

            """ + tables.joined(separator: "\n")
    }
}
