package import ArgumentParser
import Naming
import Operations
import StorageSQLite

package struct RecoverCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Create a new API key for a server administrator.",
        discussion: """
            Use this if every API key is lost: access to the data and its key-encryption key is sufficient. Stop the server first. \
            The new key is written to DATA.env, as at the first start, and recorded in the audit trail. It has all scopes and does not \
            expire. Existing keys stay valid: list them with 'docker-cloud apikey ls', and revoke those that you do not recognize.
            """)

    @OptionGroup package var places: DataOptions

    @Option(help: ArgumentHelp("Name of the server administrator. (default: admin)", valueName: "name"))
    package var admin: String?

    @Option(help: ArgumentHelp("File for the API key. (default: DATA.env)", valueName: "file"))
    package var adminEnv: String?

    package init() {}

    package func run() async throws {
        try await StartError.reporting {
            let settings = try await places.settings(and: [("--admin", admin), ("--admin-env", adminEnv)])
            try await Server(settings: settings).recover()
        }
    }
}

extension Server {
    func recover() async throws {
        let directory = try openDirectory()
        let store = try openStore(in: directory)
        let journal = RevocationFile(settings.revocations)
        guard let deployment = try await openExisting(in: store, journal) else { throw try await nothingYet(in: store) }
        let file = AdministratorFile(path: settings.administratorEnvironment)
        let host = settings.publicURL ?? url(port: settings.listen.port)
        do {
            let id = try await Recover(store: store, hasher: deployment.hasher, journal: journal).run(settings.administrator) {
                [settings] key in
                try file.write(host: host, administrator: settings.administrator, key: key)
            }
            StandardStream.output.write("the new API key \(id) of '\(settings.administrator)' is in \(file.path)\n")
        } catch let error as Recover.RecoveryError {
            throw Self.startError(error)
        }
        try store.close()
    }

    private static func startError(_ error: Recover.RecoveryError) -> StartError {
        switch error {
        case .notFound(let name): StartError(.configuration, "there is no user '\(name)': name an administrator with --admin")
        case .noAdministrator(let name): StartError(.configuration, "'\(name)' is not a server administrator: name one with --admin")
        }
    }
}
