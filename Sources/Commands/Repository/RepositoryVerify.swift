import ArgumentParser
import DockerCloud

/// `docker-cloud repository verify`
struct RepositoryVerify: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Has the server try the credentials of repositories again.",
        discussion: """
            Prints each name with the state that it is found in. A repository that cannot be used as it is (Rejected, Unreachable, or \
            the credential may not pull) counts as a failure.

            Examples:
              docker-cloud repository verify registry.example/team/image
              docker-cloud repository verify --push registry.example/team/image
            """)

    @Argument(help: "The repositories.")
    var names: [String]

    @Flag(help: "Try pushing too: an upload is started and cancelled.")
    var push = false

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let repositories = try environment.client(connection).repositories
        try await Batch(doing: "verifying", names: names, console: environment.console).run { name in
            let repository = try await repositories.verify(name, push: push)
            let line = "\(repository.name)  \(repository.state.rawValue)".printableLine
            guard ![.rejected, .unreachable].contains(repository.state) else {
                throw CommandFailure("\(repository.state.rawValue): \(repository.stateReason ?? "no reason is known")")
            }
            guard repository.state == .absent || repository.pull != .no else {
                throw CommandFailure("\(repository.state.rawValue), but the registry denies the credential the right to pull")
            }
            return Batch.Success(output: line, note: note(repository))
        }
    }

    private func note(_ repository: Repository) -> String? {
        let pushing = push && repository.push == .no ? "the credential may not push" : nil
        let notes = [repository.stateReason, pushing].compactMap(\.self)
        return notes.isEmpty ? nil : notes.joined(separator: "; ")
    }
}
