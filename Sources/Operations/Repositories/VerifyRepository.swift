import Domain
import Naming
import RegistryClient
import Storage

extension Backend {
    /// Verifies a credential for a repository as the request and the policy demand, and returns the verification and the registry finding
    /// to store.
    ///
    /// The use of a credential is recorded first, as `attempt`.
    ///
    /// A verification by a server administrator approves the private network of the registry. The addresses are resolved first, so that the
    /// requests go to no other private network.
    ///
    /// - Parameter isNew: whether the repository is being registered. A host name that does not exist is then an error, unless the registry
    ///   was reached before.
    func verify(
        _ grant: RepositoryGrant, with credential: Credential?, requested: RequestedVerification, isNew: Bool = false,
        recordedAs attempt: Action,
        by caller: Caller
    ) async throws -> (verification: Verification, finding: RegistryFinding) {
        let name = grant.name
        guard let depth = try verificationPolicy.depth(for: requested) else {
            let finding = try await finding(on: name.authority, with: grant)
            return (schedule.plan(Verification(state: .unverified), after: 0, now: clock.now()), finding)
        }
        var finding = try await finding(on: name.authority, with: grant)
        let addresses = caller.identity.mayAdministerServer ? await verifier.addresses(of: finding.registry, for: caller.requester) : []
        if !finding.registry.trust.isApproved { finding = finding.approving(AddressKind.privateNetworks(of: addresses)) }
        if credential != nil { try await begin(attempt, by: caller) }
        let outcome = await verifier.verify(
            name, with: credential, depth: depth, registry: finding.registry, for: caller.requester, because: .request)
        let now = clock.now()
        if isNew, case .unknownHost = outcome.verdict, finding.known?.isReached != true {
            throw RequestError(unknownHostOf: name.authority, isVerificationRequired: verificationPolicy == .require)
        }
        if case .forbidden(let reason) = outcome.verdict, !AddressKind.arePublic(addresses) {
            let list = addresses.map(\.description).joined(separator: ", ")
            throw RequestError.invalid(
                "The server may not connect to the registry: \(reason) (\(name.authority) has the addresses \(list))")
        }
        let verification = try verificationPolicy.verification(from: outcome, of: name.authority, at: now)
        finding.outcome = outcome
        return (schedule.plan(verification, after: 0, now: now), finding)
    }

    /// The initial finding of a verification, without an outcome.
    func finding(on authority: RegistryAuthority, with grant: some AccessGrant) async throws -> RegistryFinding {
        let known = try await store.read(with: grant) { try $0.registry(authority) }
        return RegistryFinding(authority: authority, known: known, networks: [])
    }
}

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
