import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import Naming
import Operations

/// An authenticated client of the gateway, and the access of its token; nil for a client with an API key.
struct AuthenticatedClient: Sendable {
    let caller: Caller
    let access: [GatewayTokens.Access]?

    /// Whether its API key or token covers a use. Its rights are not checked here.
    func mayAsk(_ use: ContentUse, of name: GatewayName) -> Bool {
        guard let access else { return true }
        let namespace = name.namespace ?? caller.identity.home
        return access.contains { $0.allows(use, of: name.repository, in: namespace) }
    }

    /// Whether its API key or token covers listing the repositories: a token must have been requested for that.
    var mayListCatalog: Bool { access?.contains(.catalog) ?? true }

    /// Whether its token was requested for that repository, even if the access was not granted.
    func hasAsked(of name: GatewayName) -> Bool {
        guard let access else { return true }
        let namespace = name.namespace ?? caller.identity.home
        return access.contains { $0.namespace == namespace.description && $0.repository == name.repository.description }
    }
}
