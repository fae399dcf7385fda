package import Domain
package import Naming

/// What a call wants to do in a namespace.
package enum Right: Hashable, Sendable, CaseIterable {
    case readRepositories
    case writeRepositories
    case readActions
    case configureRegistries

    /// The scope that the caller's key must have for it.
    package var scope: Scope {
        switch self {
        case .readRepositories: .repositoryRead
        case .writeRepositories: .repositoryWrite
        case .readActions: .auditRead
        case .configureRegistries: .accountAdmin
        }
    }

    /// Whether it is about the whole server, and not about a namespace alone.
    var needsAdministrator: Bool { self == .configureRegistries }
}

/// Decides, from values alone, who may do what where.
package enum Authorize {
    /// The namespace that is meant, if the caller may do that there.
    ///
    /// Without one, the caller's own is meant. Somebody else's is answered as if there were none of that name.
    package static func namespace(_ requested: NamespaceName?, for right: Right, of identity: Identity) throws(Fault) -> NamespaceName {
        let own = identity.account.name
        guard requested == nil || requested == own else { throw .notFound("There is no namespace '\(requested ?? own)'") }
        guard identity.scopes.contains(right.scope) else {
            throw .forbidden("The API key lacks the scope '\(right.scope.rawValue)'")
        }
        guard !right.needsAdministrator || identity.account.isAdministrator else {
            throw .forbidden("Only a server administrator may do this")
        }
        return own
    }
}
