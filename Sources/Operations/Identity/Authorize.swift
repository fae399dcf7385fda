package import Domain
package import Naming

/// What a call wants to do in a namespace.
package enum Right: Hashable, Sendable, CaseIterable {
    case readRepositories
    case verifyRepositories
    case writeRepositories
    case pull
    case push
    case deleteContents
    case readActions
    case configureRegistries
    case readOrganization
    case manageOrganization

    /// The scope that the caller's key must have for it.
    package var scope: Scope {
        switch self {
        case .readRepositories: .repositoryRead
        case .verifyRepositories, .writeRepositories: .repositoryWrite
        case .pull: .pull
        case .push: .push
        case .deleteContents: .delete
        case .readActions: .auditRead
        case .configureRegistries, .readOrganization, .manageOrganization: .accountAdmin
        }
    }

    /// The permission that the caller's account must have in the namespace for it.
    package var permission: Permission {
        switch self {
        case .readRepositories, .pull, .readActions, .readOrganization, .configureRegistries: .read
        case .verifyRepositories, .push: .write
        case .writeRepositories, .deleteContents, .manageOrganization: .admin
        }
    }

    /// Whether it changes the whole server, and not a namespace alone.
    var needsAdministrator: Bool { self == .configureRegistries }

    /// Whether it is about repositories one by one, so that a key that is restricted to some can have it.
    var isOfRepositories: Bool {
        switch self {
        case .readRepositories, .verifyRepositories, .writeRepositories, .pull, .push, .deleteContents: true
        case .readActions, .configureRegistries, .readOrganization, .manageOrganization: false
        }
    }
}

/// Decides, from values alone, who may do what where. What an identity may do is what both its account and its key may.
package enum Authorize {
    /// - Parameter permission: what the account may do in the namespace; nil where it has no part in it, which is answered
    ///   as if there were none of that name.
    package static func check(
        _ right: Right, in namespace: NamespaceName, with permission: Permission?, of identity: Identity
    ) throws(RequestError) {
        guard let permission else { throw .notFound("There is no namespace '\(namespace)'") }
        guard (identity.restriction.namespace ?? namespace) == namespace else {
            throw .forbidden("The API key is restricted to the namespace '\(identity.home)'")
        }
        guard identity.scopes.contains(right.scope) else {
            throw .forbidden("The API key lacks the scope '\(right.scope.rawValue)'")
        }
        guard right.isOfRepositories || identity.restriction.repositories.isEmpty else {
            throw .forbidden("The API key is restricted to \(list(identity.restriction)), and this is about more than those")
        }
        guard permission >= right.permission else {
            throw .forbidden("This needs the permission '\(right.permission)' in '\(namespace)', and the account has '\(permission)'")
        }
        guard !right.needsAdministrator || identity.mayAdministerServer else { throw denied(identity) }
    }

    /// Refused before anybody looks whether there is such a repository.
    package static func check(_ name: RepositoryName, of identity: Identity) throws(RequestError) {
        guard identity.restriction.allows(name) else {
            throw .forbidden("The API key is restricted to \(list(identity.restriction))")
        }
    }

    /// What is no namespace's: accounts, organizations to be, keys. A key that is restricted to anything has no part in it.
    package static func checkAccount(asAdministrator: Bool = false, of identity: Identity) throws(RequestError) {
        guard identity.scopes.contains(.accountAdmin) else {
            throw .forbidden("The API key lacks the scope '\(Scope.accountAdmin.rawValue)'")
        }
        guard identity.restriction == APIKey.Restriction() else {
            throw .forbidden("The API key is restricted to a namespace or to repositories, and this is about more than those")
        }
        guard !asAdministrator || identity.mayAdministerServer else { throw denied(identity) }
    }

    private static func denied(_ identity: Identity) -> RequestError {
        identity.account.isAdministrator
            ? .forbidden(
                "The API key is restricted, and this is about the whole server: use a key of a server administrator without a restriction")
            : .forbidden("Only a server administrator may do this")
    }

    /// Everybody manages the own API keys; those of a robot the admins of its organization; those of any person server administrators.
    ///
    /// - Parameter permission: what the account may do in the robot's organization.
    static func managesKeys(of name: AccountName, _ identity: Identity, with permission: Permission?) -> Bool {
        if name == identity.account.name { return true }
        return name.robot == nil ? identity.mayAdministerServer : permission == .admin
    }

    private static func list(_ restriction: APIKey.Restriction) -> String {
        restriction.repositories.map(\.description).joined(separator: ", ")
    }
}
