import Domain
import Naming
import RegistryClient
import Storage

/// A verification and a registry finding to store, with the recorded use of the credential; nil if none was used.
struct VerifiedCredential {
    let verification: Verification
    let finding: RegistryFinding
    let attempt: BegunAttempt?
}

extension Backend {
    /// Verifies a credential for a repository as the request and the policy demand, and returns the verification and the registry finding
    /// to store.
    ///
    /// The use of a credential is recorded first, as `action`.
    ///
    /// A verification by a server administrator approves the private network of the registry if it succeeds. The addresses are resolved first, so that the
    /// requests go to no other private network.
    ///
    /// - Parameter isNew: whether the repository is being registered. A host name that does not exist is then an error, unless the registry
    ///   was reached before.
    func verify(
        _ grant: RepositoryGrant, with credential: Credential?, requested: RequestedVerification, isNew: Bool = false,
        recordedAs action: Action, begunAs attempt: BegunAttempt? = nil, by caller: Caller
    ) async throws -> VerifiedCredential {
        let name = grant.name
        guard let depth = try verificationPolicy.depth(for: requested) else {
            let finding = try await finding(on: name.authority, with: grant)
            let verification = schedule.plan(Verification(state: .unverified), after: 0, now: clock.now())
            return VerifiedCredential(verification: verification, finding: finding, attempt: attempt)
        }
        var finding = try await finding(on: name.authority, with: grant)
        let addresses = caller.identity.mayAdministerServer ? await verifier.addresses(of: finding.registry, for: caller.requester) : []
        if !finding.registry.trust.isApproved { finding = finding.approving(AddressKind.privateNetworks(of: addresses)) }
        var attempt = attempt
        if credential != nil, attempt == nil { attempt = try await begin(action) }
        return try await carrying(attempt) {
            let outcome = await verifier.verify(
                name, with: credential, depth: depth, registry: finding.registry, for: caller.requester, because: .request)
            let now = clock.now()
            if isNew, case .unknownHost(let reason) = outcome.verdict, finding.known?.isReached != true {
                throw RequestError(unknownHost: reason, isVerificationRequired: verificationPolicy == .require)
            }
            finding.outcome = outcome
            let verification = try verificationPolicy.verification(
                from: outcome.showing(addresses), of: name.authority,
                unstored: isNew ? "Nothing was stored" : "The stored credential was not changed", at: now)
            return VerifiedCredential(
                verification: schedule.plan(verification, after: 0, now: now, wait: outcome.wait(at: now)), finding: finding,
                attempt: attempt)
        }
    }

    /// The initial finding of a verification, without an outcome.
    func finding(on authority: RegistryAuthority, with grant: some AccessGrant) async throws -> RegistryFinding {
        let known = try await store.read(with: grant) { try $0.registry(authority) }
        return RegistryFinding(authority: authority, known: known, networks: [])
    }
}

extension VerificationOutcome {
    /// The outcome with the addresses of the registry in its text, if it is not allowed to connect to them.
    ///
    /// - Parameter addresses: empty unless the text is for a server administrator.
    fileprivate func showing(_ addresses: [IPAddress]) -> VerificationOutcome {
        guard case .forbidden(let reason) = verdict, !AddressKind.arePublic(addresses) else { return self }
        let list = addresses.map(\.description).joined(separator: ", ")
        var outcome = self
        outcome.verdict = .forbidden(reason: ErrorText("\(reason.failure) (addresses: \(list))", advice: reason.advice))
        return outcome
    }
}
