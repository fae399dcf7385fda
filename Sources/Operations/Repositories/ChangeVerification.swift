import Domain
import Storage

/// A verification before and after it was changed.
struct VerificationChange: Sendable {
    let before: Verification
    let after: Repository

    var isOfState: Bool { before.state != after.verification.state }
}

extension StoreWriter {
    /// Changes the verification of a repository that was read earlier, unless it was removed or updated since.
    ///
    /// - Parameter change: is told the verification as it is stored now; nil for leaving it.
    /// - Returns: nil where the repository was removed, updated or left.
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
    /// Whether it is the same repository with the same credential. An update may leave a public repository without a credential: then its date
    /// alone shows it.
    func isSameVersion(as other: Repository) -> Bool {
        id == other.id && credential == other.credential && modified == other.modified
    }
}
