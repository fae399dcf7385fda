import Domain
import Naming
import RegistryClient
import Storage

extension Backend {
    /// Tries the credential on the repository as far as the request and the policy want it, and tells what to store of that
    /// and of the registry.
    ///
    /// Where a credential is tried, that is on record before it is: `attempt` is what the call is recorded as.
    ///
    /// A server administrator who has a credential tried on a registry in a private network allows the registry to be in that network. The addresses
    /// are looked up first, so that the requests go to no other private network.
    ///
    /// - Parameter isNew: whether the repository is being registered. Then a host name that does not exist is taken for a mistyped one, unless the
    ///   registry was reached before.
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
            throw RequestError.invalid("The server may not ask the registry: \(reason) (\(name.authority) has the addresses \(list))")
        }
        let verification = try verificationPolicy.verification(from: outcome, of: name.authority, at: now)
        finding.outcome = outcome
        return (schedule.plan(verification, after: 0, now: now), finding)
    }

    /// What a verification begins with: nothing was found out yet.
    func finding(on authority: RegistryAuthority, with grant: some AccessGrant) async throws -> RegistryFinding {
        let known = try await store.read(with: grant) { try $0.registry(authority) }
        return RegistryFinding(authority: authority, known: known, networks: [])
    }
}
