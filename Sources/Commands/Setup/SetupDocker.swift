import ArgumentParser
import DockerCloud

/// `docker-cloud setup docker`
struct SetupDocker: SetupOperation {
    static let configuration = CommandConfiguration(
        commandName: "docker",
        abstract: "For Docker Engine: what to type.",
        discussion: """
            Docker Engine has no setting for it: its registry-mirrors are for Docker Hub alone, and get no credentials.

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
            # For Docker Engine, which has no setting that sends a registry's images elsewhere: their names begin with the server.
            \(insecurity(of: server))# The password is an API key:
            docker login -u ACCOUNT \(server.imageHost)

            """ + commands.joined(separator: "\n")
    }

    /// Docker speaks http to this machine by itself (https://docs.docker.com/reference/cli/dockerd/#insecure-registries).
    private static func insecurity(of server: CloudHost) -> String {
        guard !server.isEncrypted, !server.isLoopback else { return "" }
        return """
            # The server has no TLS, so /etc/docker/daemon.json needs:
            #   {"insecure-registries": ["\(server.imageHost)"]}

            """
    }
}
