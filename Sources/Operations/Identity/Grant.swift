import Domain
import FoundationEssentials
import Naming
import Storage

/// Grants a caller a right in a namespace.
struct NamespaceGrant: AccessGrant {
    let right: Right
    let namespace: NamespaceName
    private let identity: Identity

    fileprivate init(_ right: Right, in namespace: NamespaceName, of identity: Identity) {
        self.right = right
        self.namespace = namespace
        self.identity = identity
    }

    func check(in reader: any StoreReader, at now: Date) throws {
        let current = try reader.current(identity, at: now)
        try Authorize.check(right, in: namespace, with: try reader.permission(of: current.account, in: namespace), of: current)
    }
}

/// Grants a caller a right to a repository of a namespace. The repository need not exist.
struct RepositoryGrant: AccessGrant {
    let right: Right
    let namespace: NamespaceName
    let name: RepositoryName
    private let grant: NamespaceGrant
    private let identity: Identity

    fileprivate init(_ grant: NamespaceGrant, on name: RepositoryName, of identity: Identity) {
        right = grant.right
        namespace = grant.namespace
        self.name = name
        self.grant = grant
        self.identity = identity
    }

    func check(in reader: any StoreReader, at now: Date) throws {
        try grant.check(in: reader, at: now)
        try Authorize.check(name, of: try reader.current(identity, at: now))
    }
}

/// Grants a caller the management of its own account, or of all accounts as a server administrator.
struct AccountGrant: AccessGrant {
    private let asAdministrator: Bool
    private let identity: Identity

    fileprivate init(asAdministrator: Bool, of identity: Identity) {
        self.asAdministrator = asAdministrator
        self.identity = identity
    }

    func check(in reader: any StoreReader, at now: Date) throws {
        try Authorize.checkAccount(asAdministrator: asAdministrator, of: try reader.current(identity, at: now))
    }
}

/// Grants a caller the management of an account's API keys.
struct KeyGrant: AccessGrant {
    let account: Account
    private let identity: Identity
    /// Whether the key renews itself, which requires no scope.
    private let isRenewal: Bool

    fileprivate init(_ account: Account, of identity: Identity, isRenewal: Bool = false) {
        self.account = account
        self.identity = identity
        self.isRenewal = isRenewal
    }

    func check(in reader: any StoreReader, at now: Date) throws {
        let current = try reader.current(identity, at: now)
        guard !isRenewal else { return }
        try Authorize.checkAccount(of: current)
        let permission = account.name.robot == nil ? nil : try reader.permission(of: current.account, in: account.name.namespace)
        guard Authorize.managesKeys(of: account.name, current, with: permission) else { throw RequestError.noKeys(of: account.name) }
    }
}

/// Grants an account's agents the storage of their reports.
struct ReportGrant: AccessGrant {
    let account: Account
    private let identity: Identity

    fileprivate init(of identity: Identity) {
        account = identity.account
        self.identity = identity
    }

    func check(in reader: any StoreReader, at now: Date) throws {
        try Authorize.checkReport(of: try reader.current(identity, at: now))
    }

    /// The namespaces in which the key may report: at least `read` is required, which every permission includes.
    func namespaces(in reader: any StoreReader) throws -> Set<NamespaceName> {
        var namespaces: Set<NamespaceName> = account.isRobot ? [] : [account.name.namespace]
        var after: NamespaceName?
        repeat {
            guard let page = Page(limit: Page.maximumLimit) else { break }
            let memberships = try reader.memberships(of: account.id, after: after, page: page)
            namespaces.formUnion(memberships.items.map(\.organization.name))
            after = memberships.hasMore(behind: page) ? memberships.cursor.flatMap { try? NamespaceName(parsing: $0) } : nil
        } while after != nil
        return namespaces.filter { (identity.restriction.namespace ?? $0) == $0 }
    }
}

/// Grants a caller the trail of all namespaces.
struct TrailGrant: AccessGrant {
    private let identity: Identity

    fileprivate init(of identity: Identity) {
        self.identity = identity
    }

    func check(in reader: any StoreReader, at now: Date) throws {
        guard try reader.current(identity, at: now).mayAdministerServer else {
            throw RequestError.forbidden("Only a server administrator may do this: ask one to do it")
        }
    }
}

extension Backend {
    /// - Parameter requested: nil for the caller's own namespace.
    func authorize(_ right: Right, in requested: NamespaceName?, by caller: Caller) async throws -> NamespaceGrant {
        let namespace = requested ?? caller.identity.home
        let permission = try await permission(of: caller, in: namespace)
        // A server administrator reads every trail, without a permission in the namespace.
        let isForeignTrail = right == .readActions && permission == nil && caller.identity.mayAdministerServer
        try Authorize.check(right, in: namespace, with: isForeignTrail ? .read : permission, of: caller.identity)
        return NamespaceGrant(right, in: namespace, of: caller.identity)
    }

    /// A server administrator may read the trail of all namespaces.
    func authorizeTrail(by caller: Caller) throws -> TrailGrant {
        try Authorize.check(.readActions, in: caller.identity.home, with: .read, of: caller.identity)
        guard caller.identity.mayAdministerServer else {
            throw RequestError.forbidden("Only a server administrator may do this: ask one to do it")
        }
        return TrailGrant(of: caller.identity)
    }

    func authorize(
        _ right: Right, on name: RepositoryName, in requested: NamespaceName?, by caller: Caller
    ) async throws -> RepositoryGrant {
        let grant = try await authorize(right, in: requested, by: caller)
        try Authorize.check(name, of: caller.identity)
        return RepositoryGrant(grant, on: name, of: caller.identity)
    }

    /// Any key with the scope may report.
    func authorizeReport(by caller: Caller) throws -> ReportGrant {
        try Authorize.checkReport(of: caller.identity)
        return ReportGrant(of: caller.identity)
    }

    func authorizeAccounts(asAdministrator: Bool = false, by caller: Caller) throws -> AccountGrant {
        try Authorize.checkAccount(asAdministrator: asAdministrator, of: caller.identity)
        return AccountGrant(asAdministrator: asAdministrator, of: caller.identity)
    }

    /// Authorizes the management of API keys: its own, those of a robot as an admin of its organization, or those of any person as a server
    /// administrator.
    ///
    /// - Parameter name: nil for the caller's own account.
    func authorizeKeys(of name: AccountName?, by caller: Caller) async throws -> KeyGrant {
        let grant = try authorizeAccounts(by: caller)
        let own = caller.identity.account
        guard let name, name != own.name else { return KeyGrant(own, of: caller.identity) }
        let permission = name.robot == nil ? nil : try await permission(of: caller, in: name.namespace)
        guard Authorize.managesKeys(of: name, caller.identity, with: permission),
            let account = try await store.read(with: grant, { try $0.account(name) })
        else { throw RequestError.noKeys(of: name) }
        return KeyGrant(account, of: caller.identity)
    }

    /// A key can renew only itself.
    ///
    /// - Parameter id: nil for the calling key.
    func authorizeRenewal(of id: APIKey.ID?, by caller: Caller) throws -> KeyGrant {
        guard id == nil || id == caller.identity.key.id else {
            throw RequestError.forbidden("An API key renews itself only: call with the key that is to be renewed")
        }
        return KeyGrant(caller.identity.account, of: caller.identity, isRenewal: true)
    }

    /// Every person is the only admin of the namespace of the same name.
    func permission(of caller: Caller, in namespace: NamespaceName) async throws -> Permission? {
        let account = caller.identity.account
        if account.name == AccountName(namespace) { return .admin }
        let part = GatewayReadCache.Part(account: account.id, namespace: namespace)
        return try await store.value(of: part, in: readCache.permissions, with: ServerGrant.access) {
            try $0.permission(of: account.id, in: namespace)
        }
    }
}

extension RequestError {
    fileprivate static func noKeys(of name: AccountName) -> RequestError {
        .notFound("There is no account '\(name)' whose API keys you may manage: check the name")
    }
}

extension StoreReader {
    /// The identity of the same key, from the stored data.
    fileprivate func current(_ identity: Identity, at now: Date) throws -> Identity {
        guard let found = try apiKey(identity.key.id), found.account.id == identity.account.id, found.key.isLive(at: now),
            !found.account.isDisabled
        else { throw RequestError.unauthenticated }
        return switch identity {
        case .apiKey: .apiKey(found.key, of: found.account)
        case .gatewayToken: .gatewayToken(madeWith: found.key, of: found.account)
        }
    }

    fileprivate func permission(of account: Account, in namespace: NamespaceName) throws -> Permission? {
        account.name == AccountName(namespace) ? .admin : try permission(of: account.id, in: namespace)
    }
}
