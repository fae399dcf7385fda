import Domain
import Naming
import Storage

/// The result of an authorization. ``GuardedStore`` demands one for each read and write, and only this file creates them.
protocol AccessGrant: Sendable {}

/// A right of a caller in a namespace.
struct NamespaceGrant: AccessGrant {
    let right: Right
    let namespace: NamespaceName

    fileprivate init(_ right: Right, in namespace: NamespaceName) {
        self.right = right
        self.namespace = namespace
    }
}

/// A right of a caller to a repository of a namespace, which need not exist.
struct RepositoryGrant: AccessGrant {
    let right: Right
    let namespace: NamespaceName
    let name: RepositoryName

    fileprivate init(_ grant: NamespaceGrant, on name: RepositoryName) {
        right = grant.right
        namespace = grant.namespace
        self.name = name
    }
}

/// A caller may manage accounts: its own, or as an administrator of the server all of them.
struct AccountGrant: AccessGrant {
    fileprivate init() {}
}

/// A caller may manage the API keys of an account.
struct KeyGrant: AccessGrant {
    let account: Account

    fileprivate init(_ account: Account) {
        self.account = account
    }
}

/// A caller may read the trail of all namespaces.
struct TrailGrant: AccessGrant {
    fileprivate init() {}
}

/// The server works for no caller. An architecture test lists the files that use it.
struct ServerGrant: AccessGrant {
    /// Finds out who is calling and what the account may do.
    static let access = ServerGrant()
    /// Verifies in the background, follows the audit trail, deletes old actions.
    static let background = ServerGrant()

    private init() {}
}

extension Backend {
    /// - Parameter requested: nil for the caller's own namespace.
    func authorize(_ right: Right, in requested: NamespaceName?, by caller: Caller) async throws -> NamespaceGrant {
        let namespace = requested ?? caller.identity.home
        let permission = try await permission(of: caller, in: namespace)
        // A server administrator reads every trail, without a part in the namespace.
        let isForeignTrail = right == .readActions && permission == nil && caller.identity.mayAdministerServer
        try Authorize.check(right, in: namespace, with: isForeignTrail ? .read : permission, of: caller.identity)
        return NamespaceGrant(right, in: namespace)
    }

    /// A server administrator may read the trail of all namespaces.
    func authorizeTrail(by caller: Caller) throws -> TrailGrant {
        try Authorize.check(.readActions, in: caller.identity.home, with: .read, of: caller.identity)
        guard caller.identity.mayAdministerServer else { throw Fault.forbidden("Only a server administrator may do this") }
        return TrailGrant()
    }

    func authorize(
        _ right: Right, on name: RepositoryName, in requested: NamespaceName?, by caller: Caller
    ) async throws -> RepositoryGrant {
        let grant = try await authorize(right, in: requested, by: caller)
        try Authorize.check(name, of: caller.identity)
        return RepositoryGrant(grant, on: name)
    }

    func authorizeAccounts(asAdministrator: Bool = false, by caller: Caller) throws -> AccountGrant {
        try Authorize.checkAccount(asAdministrator: asAdministrator, of: caller.identity)
        return AccountGrant()
    }

    /// The caller may manage its own API keys; those of a robot as an admin of its organization; those of any person as a server administrator.
    ///
    /// - Parameter name: nil for the caller's own.
    func authorizeKeys(of name: AccountName?, by caller: Caller) async throws -> KeyGrant {
        let grant = try authorizeAccounts(by: caller)
        let own = caller.identity.account
        guard let name, name != own.name else { return KeyGrant(own) }
        var isManaged = caller.identity.mayAdministerServer
        if name.robot != nil { isManaged = try await permission(of: caller, in: name.namespace) == .admin }
        guard isManaged, let account = try await store.read(with: grant, { try $0.account(name) }) else {
            throw Fault.notFound("There is no account '\(name)' whose API keys you may manage")
        }
        return KeyGrant(account)
    }

    /// A key renews itself only.
    ///
    /// - Parameter id: nil for the key of the call.
    func authorizeRenewal(of id: APIKey.ID?, by caller: Caller) throws -> KeyGrant {
        guard id == nil || id == caller.identity.key.id else {
            throw Fault.forbidden("An API key renews itself only: call with the key that is to be renewed")
        }
        return KeyGrant(caller.identity.account)
    }

    /// A person may do everything in its own namespace; nobody else has a part in that.
    func permission(of caller: Caller, in namespace: NamespaceName) async throws -> Permission? {
        let account = caller.identity.account
        if account.name == AccountName(namespace) { return .admin }
        let part = Known.Part(account: account.id, namespace: namespace)
        return try await store.value(of: part, in: known.permissions, with: ServerGrant.access) {
            try $0.permission(of: account.id, in: namespace)
        }
    }
}
