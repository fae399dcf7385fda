import CoreMetrics
package import Domain
import NIOCore
package import Naming

/// The account on whose behalf a registry is contacted. Limits are shared among requesters.
package enum Requester: Hashable, Sendable {
    /// A person, or an organization with all its robots.
    case account(NamespaceName)
    /// The server's own checks.
    case background
}

/// A limit of this server, not of a registry, that a request would exceed.
package struct LimitReached: Error, Hashable, Sendable {
    /// The resource that the limit bounds.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case connections, manifests, lookups, verifications, logins, lists, searches, reports
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

    /// For users.
    package var text: ErrorText {
        let owner =
            switch share {
            case .server: ""
            case .registry: " for one registry"
            case .account: " for one account"
            }
        return ErrorText("The server's limit\(owner) on \(use) is reached", advice: "Try again in \(retryAfter) s")
    }

    private var use: String {
        switch kind {
        case .connections: "simultaneous requests to registries"
        case .manifests: "manifests in memory"
        case .lookups: "simultaneous DNS look-ups"
        case .verifications: "simultaneous verifications"
        case .reports: "simultaneous reports of agents"
        case .lists: "simultaneous lists"
        case .searches: "simultaneous searches and large offsets"
        case .logins: "logins that failed or have not succeeded yet"
        }
    }
}
