import ArgumentParser

/// `docker-cloud`
struct DockerCloudTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docker-cloud",
        abstract: "Registers repositories on third-party registries with a Docker Cloud server.",
        discussion: """
            Set the server and log in, once:

              export DOCKERCLOUD_REST_HOST=https://cloud.example
              docker-cloud login

            Then register the repositories for deployments and builds, with a user name and password of their registry:

              docker-cloud repository register -u robot registry.example/team/image
              docker-cloud repository ls

            Images of those repositories are then pulled and pushed through the server, which has the credentials; \
            'docker-cloud setup' prints the configuration for Docker, podman, containerd and buildx.

            Environment variables can replace the login: DOCKERCLOUD_USER and DOCKERCLOUD_APIKEY, or DOCKERCLOUD_AUTH with a whole \
            Authorization header. DOCKERCLOUD_NAMESPACE selects the namespace of an organization, which several people and robots \
            share, instead of your own. 'docker-cloud action ls' lists the changes in a namespace.

            Results are printed to standard output, everything else to standard error. The exit status is 0 for success, 3 if anything \
            failed, 4 if nothing failed but 'repository register' stored a repository as Unreachable, and 64 if the command line is \
            wrong.

            Completions for your shell: docker-cloud --generate-completion-script bash|zsh|fish
            """,
        version: Version.line,
        subcommands: [
            RepositoryCommand.self, RegistryCommand.self, OrganizationCommand.self, MemberCommand.self, RobotCommand.self,
            UserCommand.self, APIKeyCommand.self, ServiceCommand.self, AgentCommand.self, ActionCommand.self, SetupCommand.self,
            LoginCommand.self,
        ])

    @OptionGroup var connection: ConnectionOptions
}

/// The program, as a function from arguments to an exit status.
package enum Program {
    /// Parses the arguments, which do not include the program's name, and runs the command.
    package static func run(_ arguments: [String], in environment: CLIEnvironment) async -> Int32 {
        do {
            return await perform(try DockerCloudTool.parseAsRoot(arguments), in: environment)
        } catch {
            return render(error, on: environment.console)
        }
    }

    private static func perform(_ command: any ParsableCommand, in environment: CLIEnvironment) async -> Int32 {
        guard let operation = command as? any CLICommand else { return explain(command, on: environment.console) }
        do {
            try await operation.run(in: environment)
            return ExitStatus.success.rawValue
        } catch let error as CommandFailure where error.isReported {
            return error.status.rawValue
        } catch {
            environment.console.report("\(error)".printable)
            return ExitStatus.failure.rawValue
        }
    }

    /// Runs a noun without a verb, or `help`: both throw the text to print.
    private static func explain(_ command: any ParsableCommand, on console: any Console) -> Int32 {
        do {
            var command = command
            try command.run()
            return ExitStatus.success.rawValue
        } catch {
            return render(error, on: console)
        }
    }

    /// Prints a message of the parser: help, the version, a completion script, or a usage error.
    private static func render(_ error: any Error, on console: any Console) -> Int32 {
        let status = DockerCloudTool.exitCode(for: error).rawValue
        let message = DockerCloudTool.fullMessage(for: error)
        guard status == 0 else {
            console.report(message)
            return status
        }
        do {
            try console.write(message)
            return ExitStatus.success.rawValue
        } catch {
            return ExitStatus.failure.rawValue
        }
    }
}
