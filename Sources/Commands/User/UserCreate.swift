import ArgumentParser
import DockerCloud

/// `docker-cloud user create`
struct UserCreate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes accounts for people.",
        discussion: """
            A name has 2 to 30 lower-case letters and digits, single dashes between them, and can never be given again. An account has \
            no key yet: make the first one with 'docker-cloud apikey create --for', and hand it over.

            Examples:
              docker-cloud user create carol dave
              docker-cloud user create --administrator erin
              docker-cloud apikey create --for carol --label 'first key'
            """)

    @Argument(help: "The names.")
    var names: [String]

    @Flag(help: "They administer the server.")
    var administrator = false

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let users = try environment.client(connection).users
        try await Batch(doing: "making", names: names, console: environment.console).run { name in
            Batch.Success(output: try await users.create(name, isAdministrator: administrator).name.printableLine)
        }
    }
}
