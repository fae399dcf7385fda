import ArgumentParser
import DockerCloud

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
            # Every FROM \(routes.first?.registry ?? "")/PATH then goes through the server. Pushes name the server:
            #   docker buildx build --push -t \(routes.first?.prefix ?? "")/PATH .

            """ + (tables + plain).joined(separator: "\n")
    }
}
