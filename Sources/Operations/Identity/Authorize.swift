package import Domain
package import Naming

/// A right that a call requires in a namespace.
package enum Right: Hashable, Sendable, CaseIterable {
    case readRepositories
    case verifyRepositories
    case writeRepositories
    case pull
    case push
    case deleteContents
    case readServices
    case writeServices
    case readAgents
    case removeAgents
    case readActions
    case configureRegistries
    case readOrganization
    case manageOrganization

    /// The scope that the caller's key must have.
    package var scope: Scope {
        switch self {
        case .readRepositories: .repositoryRead
        case .verifyRepositories, .writeRepositories: .repositoryWrite
        case .pull: .pull
        case .push: .push
        case .deleteContents: .delete
        case .readServices, .readAgents: .serviceRead
        case .writeServices, .removeAgents: .serviceWrite
        case .readActions: .auditRead
        case .configureRegistries, .readOrganization, .manageOrganization: .accountAdmin
        }
    }

    /// The permission that the caller's account must have in the namespace.
    package var permission: Permission {
        switch self {
        case .readRepositories, .pull, .readServices, .readAgents, .readActions, .readOrganization, .configureRegistries: .read
        case .verifyRepositories, .push, .writeServices, .removeAgents: .write
        case .writeRepositories, .deleteContents, .manageOrganization: .admin
        }
    }

    /// Whether the right affects the whole server and not only a namespace.
    var needsAdministrator: Bool { self == .configureRegistries }

    /// Whether the right applies to single repositories, so that a key restricted to some repositories can have it.
    var isOfRepositories: Bool {
        switch self {
        case .readRepositories, .verifyRepositories, .writeRepositories, .pull, .push, .deleteContents, .readServices, .writeServices: true
        case .readAgents, .removeAgents, .readActions, .configureRegistries, .readOrganization, .manageOrganization: false
        }
    }
}

/// Makes authorization decisions from values alone. An identity has the rights that both its account and its key have.
package enum Authorize {
    /// - Parameter permission: the account's permission in the namespace; nil if it has none, which looks like a namespace that does not
    ///   exist.
    package static func check(
        _ right: Right, in namespace: NamespaceName, with permission: Permission?, of identity: Identity
    ) throws(RequestError) {
        guard let permission else {
            throw .notFound("There is no namespace '\(namespace)', or your account is not a member: check the name")
        }
        guard (identity.restriction.namespace ?? namespace) == namespace else {
            throw .forbidden("The API key is restricted to the namespace '\(identity.home)': use a key without this restriction")
        }
        guard identity.scopes.contains(right.scope) else {
            throw .forbidden("The API key lacks the scope '\(right.scope.rawValue)': use a key that has it")
        }
        guard right.isOfRepositories || identity.restriction.repositories.isEmpty else {
            throw .forbidden(
                "The API key is restricted to \(list(identity.restriction)), which does not allow this operation: use a key without this restriction"
            )
        }
        guard permission >= right.permission else {
            throw .forbidden(
                "This needs the permission '\(right.permission)' in '\(namespace)', and the account has '\(permission)': ask an admin")
        }
        guard !right.needsAdministrator || identity.mayAdministerServer else { throw denied(identity) }
    }

    /// Checks the restriction of the key, before the repository is looked up.
    package static func check(_ name: RepositoryName, of identity: Identity) throws(RequestError) {
        guard identity.restriction.allows(name) else {
            throw .forbidden("The API key is restricted to \(list(identity.restriction)): use a key without this restriction")
        }
    }

    /// Checks rights outside namespaces: accounts, new organizations, keys. Restricted keys have none of them.
    package static func checkAccount(asAdministrator: Bool = false, of identity: Identity) throws(RequestError) {
        guard identity.scopes.contains(.accountAdmin) else {
            throw .forbidden("The API key lacks the scope '\(Scope.accountAdmin.rawValue)': use a key that has it")
        }
        guard identity.restriction == APIKey.Restriction() else {
            throw .forbidden(
                "The API key is restricted to a namespace or to repositories, which does not allow this operation: use a key without this restriction"
            )
        }
        guard !asAdministrator || identity.mayAdministerServer else { throw denied(identity) }
    }

    /// Checks the right to report services, which depends on the namespace only for the services that it shows.
    package static func checkReport(of identity: Identity) throws(RequestError) {
        guard identity.scopes.contains(.serviceReport) else {
            throw .forbidden("The API key lacks the scope '\(Scope.serviceReport.rawValue)'")
        }
    }

    private static func denied(_ identity: Identity) -> RequestError {
        identity.account.isAdministrator
            ? .forbidden(
                "The API key is restricted, and this operation affects the whole server: use an unrestricted key of a server administrator")
            : .forbidden("Only a server administrator may do this: ask one to do it")
    }

    /// An account manages its own API keys, an admin of an organization those of its robots, and a server administrator those of any
    /// person.
    ///
    /// - Parameter permission: the account's permission in the robot's organization.
    static func managesKeys(of name: AccountName, _ identity: Identity, with permission: Permission?) -> Bool {
        if name == identity.account.name { return true }
        return name.robot == nil ? identity.mayAdministerServer : permission == .admin
    }

    private static func list(_ restriction: APIKey.Restriction) -> String {
        restriction.repositories.map(\.description).joined(separator: ", ")
    }
}
