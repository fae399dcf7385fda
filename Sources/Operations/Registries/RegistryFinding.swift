import Domain
import Naming
import RegistryClient
import Storage

/// The conclusions of a verification about the registry, to be stored together with the verification of the repository.
struct RegistryFinding: Sendable {
    let authority: RegistryAuthority
    /// The registry before the verification; nil if it was not stored.
    let known: Registry?
    /// The private networks that this verification may use, and that are approved if it succeeds.
    let networks: Set<Network>
    /// nil if no request was sent.
    var outcome: VerificationOutcome?

    func approving(_ networks: Set<Network>) -> RegistryFinding {
        RegistryFinding(authority: authority, known: known, networks: networks, outcome: outcome)
    }

    /// The registry as used for the requests.
    var registry: Registry {
        var registry = known ?? Registry(first: authority)
        registry.trust.networks.formUnion(networks)
        return registry
    }

    /// The private networks to store. A registry that did not accept the repository's requests approves nothing.
    fileprivate var approvedNetworks: Set<Network> {
        switch outcome?.verdict {
        case .accepted, .absent: networks
        case nil, .refused, .denied, .reachable, .inconclusive, .unknownHost, .unsupported, .forbidden, .limited: []
        }
    }
}

extension StoreWriter {
    /// Stores a finding. Settings that an administrator changed during the verification take precedence, so that a withdrawn approval or
    /// realm does not reappear.
    func save(_ finding: RegistryFinding) throws {
        let current = try registry(finding.authority)
        var updated = current ?? Registry(first: finding.authority)
        updated.trust.networks.formUnion(finding.approvedNetworks)
        if let outcome = finding.outcome {
            if current?.isConfigured(as: finding.known) ?? (finding.known == nil) { updated.learn(from: outcome) }
            updated.isReached = updated.isReached || outcome.isReached
        }
        try upsert(updated)
    }
}

extension Registry {
    /// Whether the two are equal, except for `isReached`.
    fileprivate func isConfigured(as other: Registry?) -> Bool {
        isSSL == other?.isSSL && trust == other?.trust
    }

    /// A realm is pinned at first use; only an administrator can change it.
    fileprivate mutating func learn(from outcome: VerificationOutcome) {
        isSSL = outcome.isSSL ?? isSSL
        trust.realm = trust.realm ?? outcome.realm
    }
}
