import ArgumentParser
import DockerCloud

/// `docker-cloud repository register`
struct RepositoryRegister: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Registers repositories, with the credential for their registry.",
        discussion: """
            The server tries the credential on the repository and stores nothing that the registry refuses. User name and \
            password are asked for if they are left out; leave both empty for a public repository.

            If a registry does not respond, or not as a registry does, the repository is stored as Unreachable, and the exit \
            status is 4 unless another one fails; run 'docker-cloud repository verify' later. If the host of a registry does not \
            exist, nothing is stored unless --no-verify is given.

            Examples:
              docker-cloud repository register -u robot registry.example/team/image
              docker-cloud repository register -u _json_key --password-stdin \\
                  eu.gcr.io/project/image < key.json
              docker-cloud repository register --public library/ubuntu
            """)

    @Argument(help: "The repositories.")
    var names: [String]

    @OptionGroup var credential: CredentialOptions
    @OptionGroup var verification: VerificationOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard !credential.passwordStdin || credential.username != nil else {
            throw ValidationError("--password-stdin takes the whole input for the password: give the user name with -u.")
        }
    }

    func run(in environment: CLIEnvironment) async throws {
        let repositories = try environment.client(connection).repositories
        let login = try credential.forRegistering(environment.console)
        try await Batch(doing: "registering", names: names, console: environment.console).run { name in
            let repository = try await repositories.register(
                name, username: login.username, password: login.password, verify: verification.mode)
            var success = verification.success(repository, "Registered")
            success.isUnverified = repository.state == .unreachable
            return success
        }
    }
}
