import ArgumentParser
import DockerCloud

/// Whether and how the server tries a credential.
struct VerificationOptions: ParsableArguments {
    @Flag(help: "Try pushing too: an upload is started and cancelled.")
    var checkPush = false

    @Flag(help: "Store the credential without verifying it, even for a host that does not exist.")
    var noVerify = false

    func validate() throws {
        guard !checkPush || !noVerify else { throw ValidationError("--check-push and --no-verify contradict each other.") }
    }

    var mode: Repositories.Verification { noVerify ? .no : checkPush ? .push : .yes }

    /// The name that the server knows the repository by, and what a person should know of its credential.
    ///
    /// - Parameter verb: "Registered" or "Updated".
    func success(_ repository: Repository, _ verb: String) -> Batch.Success {
        Batch.Success(output: repository.name.printableLine, note: note(stateNote(repository, verb), pushNote(repository)))
    }

    private func note(_ state: String?, _ push: String?) -> String? {
        guard let push else { return state }
        return (state?.withoutFullStop ?? "stored") + "; " + push
    }

    private func stateNote(_ repository: Repository, _ verb: String) -> String? {
        let state = repository.state
        let reason = (repository.stateReason ?? Self.explanation(state)).map { ": \($0)" } ?? ""
        switch state {
        case .verified: return nil
        case .absent: return "\(verb), but " + (repository.stateReason ?? Self.absence)
        case .unreachable: return "stored, but not verified" + reason
        default: return "stored; \(state.rawValue)" + reason
        }
    }

    private func pushNote(_ repository: Repository) -> String? {
        guard checkPush, repository.push != .yes else { return nil }
        return repository.push == .no ? "the credential may not push" : "whether the credential may push could not be found out"
    }

    private static let absence = "the registry has no repository of this name yet. Check the spelling, or push to create it."

    private static func explanation(_ state: Repository.State) -> String? {
        switch state {
        case .rejected: "the registry refuses the credential"
        case .unreachable: "the registry gave no usable response"
        case .unverified: "the credential was not tried"
        default: nil
        }
    }
}

extension String {
    fileprivate var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
