import ArgumentParser
import DockerCloud

/// `docker-cloud repository update`
struct RepositoryUpdate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Replaces the credential of registered repositories.",
        discussion: """
            The server tries the new credential on the repository; if the registry refuses it, the old one stays. What is left \
            out of user name and password stays as it is; if both are, they are asked for.

            Many registries lock an account after a few wrong logins. If a registry refuses the login, the remaining repositories \
            on that registry are not tried unless --keep-going is given. A registry that accepts the login and denies access to a \
            repository stops none of them.

            Examples:
              docker-cloud repository update -n "new username" -p "new password" \\
                  registry.example/team/image
              docker-cloud repository update --password-stdin \\
                  registry.example/team/image < password
              docker-cloud repository update --public registry.example/team/image
            """)

    @Argument(help: "The repositories.")
    var names: [String]

    @Flag(help: "Try all repositories, even on a registry that has refused the login.")
    var keepGoing = false

    @OptionGroup var credential: CredentialOptions
    @OptionGroup var verification: VerificationOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let repositories = try environment.client(connection).repositories
        let change = try credential.forUpdating(environment.console)
        var refusals = RefusedLogins(of: change, through: try environment.host(connection.host))
        try await Batch(doing: "updating", names: names, console: environment.console).run { name in
            if !keepGoing { try refusals.check(name) }
            do throws(DockerCloudError) {
                let repository = try await repositories.update(
                    name, username: change.username, password: change.password, verify: verification.mode)
                return verification.success(repository, "Updated")
            } catch {
                refusals.record(error, for: name)
                throw error
            }
        }
    }
}
