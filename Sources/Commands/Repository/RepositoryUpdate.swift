import ArgumentParser
import DockerCloud

/// `docker-cloud repository update`
struct RepositoryUpdate: Operation {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Replaces the credential of registered repositories.",
        discussion: """
            The server tries the new credential on the repository; if the registry refuses it, the old one stays. What is left \
            out of user name and password stays as it is; if both are, they are asked for.

            Examples:
              docker-cloud repository update -n "new username" -p "new password" \\
                  registry.example/team/image
              docker-cloud repository update --password-stdin \\
                  registry.example/team/image < password
              docker-cloud repository update --public registry.example/team/image
            """)

    @Argument(help: "The repositories.")
    var names: [String]

    @OptionGroup var credential: CredentialOptions
    @OptionGroup var verification: VerificationOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in surroundings: Surroundings) async throws {
        let repositories = try surroundings.client(connection).repositories
        let change = try credential.forUpdating(surroundings.console)
        try await Batch(doing: "updating", names: names, console: surroundings.console).run { name in
            let repository = try await repositories.update(
                name, username: change.username, password: change.password, verify: verification.mode)
            return verification.success(repository)
        }
    }
}
