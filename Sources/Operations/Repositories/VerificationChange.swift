import Domain
import Naming
import RegistryClient
import Storage

/// A verification before and after a change.
struct VerificationChange: Sendable {
    let before: Verification
    let after: Repository

    var isOfState: Bool { before.state != after.verification.state }
}

extension StoreWriter {
    /// Changes the verification of a repository, unless the repository was removed or updated since it was read.
    ///
    /// - Parameter change: receives the stored verification; returns nil to leave it unchanged.
    /// - Returns: nil if the repository was removed, updated or left unchanged.
    func changeVerification(
        of repository: Repository, _ change: (Verification) throws -> Verification?
    ) throws -> VerificationChange? {
        guard var current = try self.repository(repository.name, in: repository.namespace), current.isSameVersion(as: repository),
            let verification = try change(current.verification)
        else { return nil }
        let before = current.verification
        guard verification != before else { return VerificationChange(before: before, after: current) }
        current.verification = verification
        try update(current)
        return VerificationChange(before: before, after: try self.repository(current.name, in: current.namespace) ?? current)
    }
}

extension Repository {
    /// Whether both are the same repository with the same credential. Only the modification date shows an update of a public repository.
    func isSameVersion(as other: Repository) -> Bool {
        id == other.id && credential == other.credential && modified == other.modified
    }
}
