import Domain
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport

/// Shortcuts for account operations: names as text, with the organization `acme` and the administrator as caller by default.
extension TestBackend {
    @discardableResult
    func createUser(_ name: String, isAdministrator: Bool = false, by key: APIKeySecret? = nil) async throws -> Recorded<Account> {
        try await backend.createUser(NewNamespaceName(parsing: name), isAdministrator: isAdministrator, by: caller(key))
    }

    @discardableResult
    func updateUser(_ name: String, isDisabled: Bool?, by key: APIKeySecret? = nil) async throws -> Recorded<Account> {
        try await backend.updateUser(NamespaceName(parsing: name), isDisabled: isDisabled, by: caller(key))
    }

    @discardableResult
    func createOrganization(_ name: String = "acme", by key: APIKeySecret? = nil) async throws -> Recorded<Membership> {
        try await backend.createOrganization(NewNamespaceName(parsing: name), by: caller(key))
    }

    @discardableResult
    func removeOrganization(_ name: String = "acme", by key: APIKeySecret? = nil) async throws -> Recorded<Void> {
        try await backend.removeOrganization(NamespaceName(parsing: name), by: caller(key))
    }

    @discardableResult
    func setMember(
        _ name: String, of organization: String = "acme", to permission: Permission, isNew: Bool = true, by key: APIKeySecret? = nil
    ) async throws -> Recorded<(Membership, isNew: Bool)> {
        try await backend.setMember(
            NamespaceName(parsing: name), of: NamespaceName(parsing: organization), to: permission, isNew: isNew, by: caller(key))
    }

    @discardableResult
    func removeMember(_ name: String, of organization: String = "acme", by key: APIKeySecret? = nil) async throws -> Recorded<Void> {
        try await backend.removeMember(NamespaceName(parsing: name), of: NamespaceName(parsing: organization), by: caller(key))
    }

    @discardableResult
    func createRobot(
        _ name: String = "ci", _ permission: Permission = .read, in organization: String? = "acme", by key: APIKeySecret? = nil
    ) async throws -> Recorded<Membership> {
        try await backend.createRobot(
            RobotName(parsing: name), permission: permission, in: organization.map { try NamespaceName(parsing: $0) }, by: caller(key))
    }

    @discardableResult
    func updateRobot(
        _ name: String = "ci", to permission: Permission, in organization: String? = "acme", by key: APIKeySecret? = nil
    ) async throws -> Recorded<Membership> {
        try await backend.updateRobot(
            RobotName(parsing: name), permission: permission, in: organization.map { try NamespaceName(parsing: $0) }, by: caller(key))
    }

    @discardableResult
    func removeRobot(_ name: String = "ci", in organization: String? = "acme", by key: APIKeySecret? = nil) async throws -> Recorded<Void> {
        try await backend.removeRobot(
            RobotName(parsing: name), in: organization.map { try NamespaceName(parsing: $0) }, by: caller(key))
    }

    @discardableResult
    func createKey(
        for account: String? = nil, label: String? = nil, scopes: Set<Scope>? = nil, days: Int? = nil,
        restriction: APIKey.Restriction = APIKey.Restriction(), by key: APIKeySecret? = nil
    ) async throws -> Recorded<(key: APIKey, account: Account, secret: APIKeySecret)> {
        let input = APIKeyInput(
            account: try account.map { try AccountName(parsing: $0) }, label: label, scopes: scopes, days: days, restriction: restriction)
        return try await backend.createAPIKey(input, by: caller(key))
    }

    @discardableResult
    func revoke(
        _ id: APIKey.ID, descendants: Bool = false, by key: APIKeySecret? = nil
    ) async throws -> Recorded<Revocation> {
        try await backend.revokeAPIKey(id, descendants: descendants, by: caller(key))
    }

    /// Renews the calling key.
    @discardableResult
    func renew(_ key: APIKeySecret, id: APIKey.ID? = nil, days: Int? = nil, grace: Int? = nil) async throws -> APIKeySecret {
        try await backend.renewAPIKey(id, RenewalInput(days: days, graceHours: grace), by: caller(key)).value.secret
    }
}

/// Stored values, without authorization.
extension TestBackend {
    /// The permissions in an organization.
    func permissions(in organization: String = "acme") async throws -> [String: Permission] {
        try await store.read { reader in
            let name = try NamespaceName(parsing: organization)
            let members = try [false, true].flatMap { try reader.members(of: name, robots: $0, after: nil, page: .everything()).items }
            return Dictionary(uniqueKeysWithValues: members.map { ($0.account.name.description, $0.permission) })
        }
    }

    /// The actions of a namespace, newest first.
    func trail(of namespace: String = "acme") async throws -> [Action] {
        try await store.read { try $0.actions(in: NamespaceName(parsing: namespace), where: ActionFilter(), page: .everything()).items }
    }

    func stored(_ id: APIKey.ID) async throws -> APIKey? {
        try await store.read { try $0.apiKey(id)?.key }
    }

    /// Whether the key authenticates.
    func isAlive(_ key: APIKeySecret) async -> Bool {
        (try? await backend.authenticate(PresentedKey(account: nil, key: key))) != nil
    }
}
