import ArgumentParser

/// `docker-cloud repository`
struct RepositoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repository",
        abstract: "Repositories on third-party registries.",
        discussion: """
            A repository is named as in 'docker pull', without a tag: registry.example/team/image. What is on Docker Hub needs no \
            registry: team/image.
            """,
        subcommands: [
            RepositoryList.self, RepositoryInspect.self, RepositoryRegister.self, RepositoryUpdate.self, RepositoryVerify.self,
            RepositoryRemove.self,
        ])
}
