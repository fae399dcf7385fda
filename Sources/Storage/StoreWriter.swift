package import Domain
package import FoundationEssentials
package import Naming

/// The changes that can be made within one transaction.
package protocol StoreWriter: StoreReader {
    func insert(_ deployment: Deployment, sealedWith keyID: String) throws
    /// Throws ``StoreError/duplicate`` where a person or an organization has the name, or ever had it.
    func insert(_ account: Account) throws
    /// Replaces whether the account with that identifier is disabled.
    func update(_ account: Account) throws
    /// Deletes a robot, with its keys and its part in the organization.
    func deleteRobot(_ id: Account.ID) throws

    func insert(_ key: APIKey) throws
    /// Replaces the hash of the key, when it ends, and which key it was made with.
    func update(_ key: APIKey) throws
    /// Throws ``StoreError/stale`` where the key was revoked already.
    func revoke(_ id: APIKey.ID, at date: Date) throws
    /// Notes when keys were last used; those that are gone are passed over.
    func noteUse(_ uses: [APIKey.ID: Date]) throws

    /// Throws ``StoreError/duplicate`` where a person or an organization has the name, or ever had it.
    func insert(_ organization: Organization) throws
    /// Notes who created an organization.
    func note(_ creator: Account.ID, asCreatorOf organization: NamespaceName) throws
    /// Deletes an organization, with its members' parts in it and its robots.
    func deleteOrganization(_ name: NamespaceName) throws
    /// Gives an account its part in an organization, or replaces the permission that it has.
    func put(_ membership: Membership) throws
    func deleteMembership(of account: Account.ID, in organization: NamespaceName) throws

    /// Throws ``StoreError/duplicate`` where the namespace has that name already.
    func insert(_ repository: Repository) throws
    /// Replaces credential, verification and modification date of the repository with that identifier.
    func update(_ repository: Repository) throws
    func delete(_ repository: Repository) throws
    /// Makes unreachable repositories of a registry due that are planned for later.
    func makeDue(unreachableOn registry: RegistryAuthority, at date: Date, limit: Int) throws
    /// Makes rejected repositories due that are planned for later and have the same login at the same registry as a credential, which the registry
    /// has accepted.
    func makeDue(rejectedWithLoginOf credential: UUID, at date: Date, limit: Int) throws
    /// Notes who last pulled from a repository, or pushed to it. One that is gone is passed over.
    func note(_ use: Repository.Use, ofPush isPush: Bool, on id: Repository.ID) throws

    /// Keeps what was learned of a registry. What is known already is not forgotten: whether it speaks TLS where `isSSL` is
    /// nil, that it was reached, an approval, a realm that was pinned; what an administrator alone decides is left as it is.
    func upsert(_ registry: Registry) throws
    /// Puts a registry in the place of what was known of it.
    func configure(_ registry: Registry) throws

    func insert(_ credential: SealedCredential, sealedWith keyID: String, at date: Date) throws
    /// Puts the next version in the place of the one before it. Throws ``StoreError/stale`` where the stored version is
    /// not that one, so that of two simultaneous updates one is told.
    func replace(_ credential: SealedCredential, sealedWith keyID: String, at date: Date) throws
    /// Adds its mark to a credential that was stored without one. One that was replaced or is gone is passed over.
    func mark(_ credential: SealedCredential, as loginMark: [UInt8]) throws
    func deleteCredential(_ id: UUID) throws
    /// Deletes all marks of logins, which are under another key from now on.
    func deleteLoginMarks() throws
    /// Puts the same secret, wrapped with another key, in the place of an envelope. Throws ``StoreError/stale`` where that
    /// envelope is not stored any more.
    func rewrap(_ credential: SealedCredential, as envelope: [UInt8], sealedWith keyID: String) throws
    func rewrap(_ deployment: Deployment, as envelope: [UInt8], sealedWith keyID: String) throws

    /// Records an action, or ends one that was recorded in progress. Throws ``StoreError/stale`` where it has ended already.
    func record(_ action: Action) throws
    /// Stores the outcome of an action in progress: reference, state, status, reason and end. One that has ended or is gone is passed over.
    func end(_ action: Action) throws
    /// Deletes the oldest actions that ended before a date.
    /// - Returns: how many.
    func deleteActions(before date: Date, limit: Int) throws -> Int
    func put(_ record: RetentionRecord) throws

    /// Signs rows as they are stored, whether they verify or not.
    ///
    /// - Parameter authenticator: signs those only that verify with it; nil for all.
    /// - Returns: how many rows were signed.
    func signRows(verifiedBy authenticator: (any RowAuthenticator)?) throws -> Int
    /// Signs one row as it is stored. Throws ``StoreError/stale`` where there is none of that name, and ``StoreError/unreadable`` where its
    /// values are not valid.
    func signRow(_ name: RowName) throws
}
