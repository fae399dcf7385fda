import ArgumentParser

/// `docker-cloud`
struct DockerCloudTool: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "docker-cloud",
        abstract: "Registers repositories on third-party registries with a Docker Cloud server.",
        discussion: """
            Say where the server is and who you are, once:

              export DOCKERCLOUD_REST_HOST=https://cloud.example
              docker-cloud login

            then register, with the registry's own user name and password, what deployments and builds are to use:

              docker-cloud repository register -u robot registry.example/team/image
              docker-cloud repository ls

            Images of those repositories are then pulled and pushed through the server, which has the credentials; \
            'docker-cloud setup' prints how Docker, podman, containerd and buildx are told.

            The environment can hold the account instead of a login: DOCKERCLOUD_USER and DOCKERCLOUD_APIKEY, or DOCKERCLOUD_AUTH \
            with a whole Authorization header. DOCKERCLOUD_NAMESPACE names a namespace other than your own: that of an \
            organization, which several people and their robots share. 'docker-cloud action ls' lists who changed what in it.

            Results are printed to standard output, everything else to standard error. The exit status is 0, 3 if \
            anything failed, 4 if nothing failed but 'repository register' stored a repository as Unreachable, or 64 if the command \
            line is wrong.

            Completions for your shell: docker-cloud --generate-completion-script bash|zsh|fish
            """,
        version: "docker-cloud \(version)",
        subcommands: [
            RepositoryCommand.self, RegistryCommand.self, OrganizationCommand.self, MemberCommand.self, RobotCommand.self,
            UserCommand.self, APIKeyCommand.self, ActionCommand.self, SetupCommand.self, LoginCommand.self,
        ])

    @OptionGroup var connection: ConnectionOptions
}
