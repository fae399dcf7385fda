import ArgumentParser
import DockerCloud

/// `docker-cloud repository register`
struct RepositoryRegister: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Registers repositories, with the credential for their registry.",
        discussion: """
            The server verifies the credential for the repository and stores nothing if the registry rejects it. The command prompts \
            for the user name and password if they are omitted; leave both empty for a public repository.

            If a registry does not respond, or its response is invalid, the repository is stored as Unreachable, and the exit status \
            is 4 unless another repository fails; run 'docker-cloud repository verify' later. If the host of a registry does not exist, \
            nothing is stored unless --no-verify is given.

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

/// `docker-cloud repository update`
struct RepositoryUpdate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Replaces the credential of registered repositories.",
        discussion: """
            The server verifies the new credential for the repository; if the registry rejects it, the old one stays. If only the user \
            name or only the password is given, the other stays unchanged; if neither is given, the command prompts for them.

            Many registries lock an account after a few wrong logins. If a registry rejects the login, the remaining repositories \
            on that registry are not tried unless --keep-going is given; if only the password is given, those with another stored \
            user name are still tried. If a registry accepts the login but denies access to a \
            repository, the others are still tried.

            Examples:
              docker-cloud repository update -n "new username" -p "new password" \\
                  registry.example/team/image
              docker-cloud repository update --password-stdin \\
                  registry.example/team/image < password
              docker-cloud repository update --public registry.example/team/image
            """)

    @Argument(help: "The repositories.")
    var names: [String]

    @Flag(help: "Try all repositories, even on a registry that has rejected the login.")
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
                    name, username: change.username, password: change.password, verify: verification.mode,
                    exceptUsers: keepGoing ? [] : refusals.users(on: name))
                return verification.success(repository, "Updated")
            } catch {
                refusals.record(error, for: name)
                if let omission = refusals.omission(error, of: name) { throw omission }
                throw error
            }
        }
    }
}

/// Whether and how the server verifies a credential.
struct VerificationOptions: ParsableArguments {
    @Flag(help: "Also verify push access: the server starts an upload and cancels it.")
    var checkPush = false

    @Flag(help: "Store the credential without verifying it, even for a host that does not exist.")
    var noVerify = false

    func validate() throws {
        guard !checkPush || !noVerify else { throw ValidationError("--check-push and --no-verify contradict each other.") }
    }

    var mode: Repositories.Verification { noVerify ? .no : checkPush ? .push : .yes }

    /// The name of the repository in the server's spelling, with a note about its credential.
    ///
    /// - Parameter verb: "Registered" or "Updated".
    func success(_ repository: Repository, _ verb: String) -> Batch.Success {
        Batch.Success(output: repository.name.printableLine, note: note(stateNote(repository, verb), pushNote(repository)))
    }

    private func note(_ state: [String], _ push: String?) -> String? {
        guard let push else { return state.sentences }
        return ((state.isEmpty ? ["Stored"] : state) + [push]).sentences
    }

    private func stateNote(_ repository: Repository, _ verb: String) -> [String] {
        let state = repository.state
        let reason = [repository.stateReason ?? Self.explanation(state)].compactMap(\.self)
        return switch state {
        case .verified: []
        case .absent: ["\(verb), but " + (repository.stateReason ?? Self.absence)]
        case .unreachable: reason + ["Stored without verification", "Run 'docker-cloud repository verify' later"]
        default: reason + ["Stored as \(state.rawValue)"]
        }
    }

    private func pushNote(_ repository: Repository) -> String? {
        guard checkPush, repository.granted.push != .yes else { return nil }
        return repository.granted.push == .no ? "The credential may not push" : "Push access could not be verified"
    }

    private static let absence = "the registry has no repository of this name yet. Check the spelling, or push to create it."

    private static func explanation(_ state: Repository.State) -> String? {
        switch state {
        case .rejected: "The registry rejected the credential"
        case .unreachable: "The registry did not respond, or its response was invalid"
        case .unverified: "The credential was not verified"
        default: nil
        }
    }
}
