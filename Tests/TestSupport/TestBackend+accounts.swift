package import Domain
package import FoundationEssentials
import Naming
import Operations
import Sealing
import Storage
import StorageSQLite

/// Organizations, members and keys, written directly to the store, without records and authorization.
extension TestBackend {
    /// Creates an organization.
    ///
    /// - Parameter admin: the name of the account that is its admin.
    @discardableResult
    package func makeOrganization(_ name: String = "acme", admin: String = "admin") async throws -> Organization {
        let organization = Organization(name: try NamespaceName(parsing: name), created: clock.clock.now())
        try await store.write { try $0.insert(organization) }
        try await addMember(admin, of: name, .admin)
        return organization
    }

    /// Adds an existing account to an organization, or changes its permission.
    package func addMember(_ name: String, of organization: String = "acme", _ permission: Permission) async throws {
        let now = clock.clock.now()
        try await store.write { writer in
            guard let account = try writer.account(AccountName(parsing: name)),
                let organization = try writer.organization(NamespaceName(parsing: organization))
            else { throw StoreError.stale }
            try writer.put(Membership(organization: organization, account: account, permission: permission, created: now))
        }
    }

    /// Adds an account with one key as a member of an organization.
    @discardableResult
    package func makeMember(
        _ name: String, of organization: String = "acme", _ permission: Permission, scopes: Set<Scope> = Set(Scope.allCases)
    ) async throws -> APIKeySecret {
        let key = try await makeAccount(name, scopes: scopes)
        try await addMember(name, of: organization, permission)
        return key
    }

    /// Adds a robot with one key to an existing organization; its account is `organization+name`.
    @discardableResult
    package func makeRobot(
        _ name: String = "ci", of organization: String = "acme", _ permission: Permission = .read,
        scopes: Set<Scope> = Set(Scope.allCases)
    ) async throws -> APIKeySecret {
        try await makeMember("\(organization)+\(name)", of: organization, permission, scopes: scopes)
    }

    /// Adds another key to an existing account.
    package func makeKey(
        of name: String, scopes: Set<Scope> = Set(Scope.allCases), restriction: APIKey.Restriction = APIKey.Restriction(),
        expires: Date? = nil, revoked: Date? = nil, madeWith: APIKey.ID? = nil
    ) async throws -> APIKeySecret {
        let name = try AccountName(parsing: name)
        guard let account = try await store.read({ try $0.account(name) }) else { throw StoreError.stale }
        var generator = SystemRandomNumberGenerator()
        let key = APIKeySecret.mint(using: &generator)
        let stored = APIKey(
            id: key.keyID, account: account.id, hash: deployment.hasher.hash(key), label: "test", scopes: scopes, restriction: restriction,
            created: clock.clock.now(), expires: expires, revoked: revoked, madeWith: madeWith)
        try await store.write { try $0.insert(stored) }
        return key
    }
}

extension APIKey.Restriction {
    /// The same with parsed texts.
    package init(namespace: String? = nil, to patterns: [String]) throws {
        self.init(
            namespace: try namespace.map { try NamespaceName(parsing: $0) },
            repositories: try patterns.map { try RepositoryPattern(parsing: $0) })
    }
}
