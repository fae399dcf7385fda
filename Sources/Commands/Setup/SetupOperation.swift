import ArgumentParser
import DockerCloud

/// The registries to use through the server.
struct RouteOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The registries; by default, those of the registered repositories.", valueName: "host[:port]"))
    var hosts: [String] = []

    @OptionGroup var connection: ConnectionOptions

    /// Requests the list of registries from the server only if the command names none.
    func routes(in environment: CLIEnvironment) async throws -> [GatewayRoute] {
        let server = try environment.host(connection.host)
        let namespace = environment.namespace(connection)
        let hosts = self.hosts.isEmpty ? try await registeredHosts(environment) : self.hosts
        return try hosts.map { try GatewayRoute(to: $0, through: server, namespace: namespace) }
    }

    private func registeredHosts(_ environment: CLIEnvironment) async throws -> [String] {
        var hosts: [String] = []
        for try await registry in try environment.client(connection).registries.list(pageSize: ListOptions.pageSize) {
            hosts.append(registry.authority)
        }
        guard !hosts.isEmpty else {
            throw CommandFailure("No repository is registered: name the registries, for example 'registry.example:5000'")
        }
        return hosts
    }
}

/// A command that prints a client's configuration.
protocol SetupOperation: CLICommand {
    var options: RouteOptions { get }
    /// - Parameter server: the host that image names start with.
    static func text(for routes: [GatewayRoute], through server: CloudHost) -> String
}

extension SetupOperation {
    func run(in environment: CLIEnvironment) async throws {
        let routes = try await options.routes(in: environment)
        try environment.console.write(Self.text(for: routes, through: try environment.host(options.connection.host)))
    }
}
