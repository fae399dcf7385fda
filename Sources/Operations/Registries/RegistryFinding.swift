import Domain
import Naming
import RegistryClient
import Storage

/// What a verification has to tell of a registry, to be stored together with what it tells of the repository.
struct RegistryFinding: Sendable {
    let authority: RegistryAuthority
    /// The registry as it was before it was asked; nil where nothing was known of it.
    let known: Registry?
    /// The private networks that it is allowed to be in by the very act.
    let networks: Set<Network>
    /// nil where it was not asked.
    var outcome: VerificationOutcome?

    func approving(_ networks: Set<Network>) -> RegistryFinding {
        RegistryFinding(authority: authority, known: known, networks: networks, outcome: outcome)
    }

    /// The registry as it is asked.
    var registry: Registry { approved(known ?? Registry(first: authority)) }

    fileprivate func approved(_ registry: Registry) -> Registry {
        var approved = registry
        approved.trust.networks.formUnion(networks)
        return approved
    }
}

extension StoreWriter {
    /// Keeps what was found out. Asking takes its time, and what an administrator has changed meanwhile is newer than the
    /// answer: an approval or a realm that was taken back does not come back with it.
    func keep(_ finding: RegistryFinding) throws {
        let current = try registry(finding.authority)
        var kept = finding.approved(current ?? Registry(first: finding.authority))
        if let outcome = finding.outcome {
            if current?.isConfigured(as: finding.known) ?? (finding.known == nil) { kept.learn(from: outcome) }
            kept.isReached = kept.isReached || outcome.isReached
        }
        try upsert(kept)
    }
}

extension Registry {
    /// Whether nothing differs but that it was reached.
    fileprivate func isConfigured(as other: Registry?) -> Bool {
        isSSL == other?.isSSL && trust == other?.trust
    }

    /// A realm is pinned by its first use, and another one takes an administrator.
    fileprivate mutating func learn(from outcome: VerificationOutcome) {
        isSSL = outcome.isSSL ?? isSSL
        trust.realm = trust.realm ?? outcome.realm
    }
}
