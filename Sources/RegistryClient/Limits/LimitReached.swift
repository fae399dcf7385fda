/// A limit of this server's, not of a registry's, that a request would exceed.
package struct LimitReached: Error, Hashable, Sendable {
    /// The resource that the limit bounds.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case connections, manifests, lookups, verifications, logins, lists, searches
    }

    /// The owner of the share that is used up.
    package enum Share: String, Hashable, Sendable, CaseIterable {
        case server, registry, account
    }

    package let kind: Kind
    package let share: Share
    /// In seconds.
    package let retryAfter: Int

    package init(_ kind: Kind, of share: Share, retryAfter: Int = 5) {
        self.kind = kind
        self.share = share
        self.retryAfter = retryAfter
    }

    /// A sentence for people.
    package var reason: String {
        let owner =
            switch share {
            case .server: "this server"
            case .registry: "this server for one registry"
            case .account: "this server for one account"
            }
        return "\(what) of \(owner) is reached; try again in \(retryAfter) s"
    }

    private var what: String {
        switch kind {
        case .connections: "the limit on simultaneous requests to registries"
        case .manifests: "the limit on manifests in memory"
        case .lookups: "the limit on simultaneous DNS look-ups"
        case .verifications: "the limit on simultaneous verifications"
        case .lists: "the limit on lists that are read at the same time"
        case .searches: "the limit on searches and deep offsets that are read at the same time"
        case .logins: "the limit on logins that failed, or have not succeeded yet,"
        }
    }
}
