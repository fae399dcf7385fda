import ArgumentParser
import DockerCloud

/// Whether and how the server tries a credential.
struct VerificationOptions: ParsableArguments {
    @Flag(help: "Try pushing too: an upload is started and cancelled.")
    var checkPush = false

    @Flag(help: "Store the credential without trying it.")
    var noVerify = false

    func validate() throws {
        guard !checkPush || !noVerify else { throw ValidationError("--check-push and --no-verify contradict each other.") }
    }

    var mode: Repositories.Verification { noVerify ? .no : checkPush ? .push : .yes }

    /// The name that the server knows the repository by, and what a person should know of its credential.
    func success(_ repository: Repository) -> Batch.Success {
        let notes = [stateNote(repository), pushNote(repository)].compactMap(\.self)
        return Batch.Success(
            output: repository.name.printableLine, note: notes.isEmpty ? nil : "stored; " + notes.joined(separator: "; "))
    }

    private func stateNote(_ repository: Repository) -> String? {
        guard repository.state != .verified else { return nil }
        let reason = repository.stateReason ?? Self.explanation(repository.state)
        return "\(repository.state.rawValue)" + (reason.map { ": \($0)" } ?? "")
    }

    private func pushNote(_ repository: Repository) -> String? {
        guard checkPush, repository.push != .yes else { return nil }
        return repository.push == .no ? "the credential may not push" : "whether the credential may push could not be found out"
    }

    private static func explanation(_ state: Repository.State) -> String? {
        switch state {
        case .absent: "the registry has no such repository yet, the first push makes it"
        case .rejected: "the registry refuses the credential"
        case .unreachable: "the registry did not answer"
        case .unverified: "the credential was not tried"
        default: nil
        }
    }
}
