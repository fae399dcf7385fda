package import Domain
package import FoundationEssentials
package import Naming

/// The changes within one transaction.
package protocol StoreWriter: StoreReader {
    func insert(_ deployment: Deployment, sealedWith keyID: String) throws
    /// Throws ``StoreError/duplicate`` if a person or an organization has or ever had the name.
    func insert(_ account: Account) throws
    /// Updates `isDisabled` of the account with that identifier.
    func update(_ account: Account) throws
    /// Deletes a robot, with its keys and its membership. Remembers the identifiers of the keys.
    func deleteRobot(_ id: Account.ID) throws

    func insert(_ key: APIKey) throws
    /// Updates `hash`, `expires` and `madeWith` of the key.
    func update(_ key: APIKey) throws
    /// Throws ``StoreError/stale`` if the key was revoked already.
    func revoke(_ id: APIKey.ID, at date: Date) throws
    /// Stores the last uses of keys; keys that no longer exist are skipped.
    func noteUse(_ uses: [APIKey.ID: Date]) throws

    /// Throws ``StoreError/duplicate`` if a person or an organization has or ever had the name.
    func insert(_ organization: Organization) throws
    /// Stores the creator of an organization.
    func note(_ creator: Account.ID, asCreatorOf organization: NamespaceName) throws
    /// Deletes an organization, with its memberships and its robots. Remembers the identifiers of the robots' keys.
    func deleteOrganization(_ name: NamespaceName) throws
    /// Adds a membership, or updates its permission.
    func put(_ membership: Membership) throws
    func deleteMembership(of account: Account.ID, in organization: NamespaceName) throws

    /// Throws ``StoreError/duplicate`` if the namespace has a repository of that name already.
    func insert(_ repository: Repository) throws
    /// Updates the credential, verification and modification date of the repository with that identifier.
    func update(_ repository: Repository) throws
    func delete(_ repository: Repository) throws
    /// Makes unreachable repositories of a registry due, if their due date is later.
    func makeDue(unreachableOn registry: RegistryAuthority, at date: Date, limit: Int) throws
    /// Makes rejected repositories with the same login at the same registry as an accepted credential due, if their due date is later.
    func makeDue(rejectedWithLoginOf credential: UUID, at date: Date, limit: Int) throws
    /// Postpones the other rejected repositories with the same login at the same registry as a credential, if their due date is earlier.
    ///
    /// - Returns: the number of repositories; below the limit if none are left.
    func postpone(othersRejectedWithLoginOf credential: UUID, to date: Date, limit: Int) throws -> Int
    /// Stores the last pull or push of a repository. A repository that no longer exists is skipped.
    func note(_ use: Repository.Use, ofPush isPush: Bool, on id: Repository.ID) throws

    func insert(_ service: Service) throws
    /// Updates the name, the image and the modification date of a declared service.
    func update(_ service: Service) throws
    /// Deletes a declared service.
    func delete(_ service: Service) throws

    /// Inserts or updates an agent by its identifier, and replaces its services and the namespaces that see them. A service that was
    /// reported before keeps its identifier.
    ///
    /// - Parameters:
    ///   - services: nil to keep the stored ones.
    ///   - makeID: creates the identifiers of new services.
    func put(
        _ agent: Agent, services: [ReportedService]?, in namespaces: Set<NamespaceName>, makeID: () -> UUID
    ) throws
    func deleteAgent(_ id: Agent.ID) throws
    /// Removes an agent from a namespace, which no longer sees its services.
    func removeAgent(_ id: Agent.ID, from namespace: NamespaceName) throws

    /// Merges the results of a verification into a registry. The following stored values are retained: `isSSL` if the new one is nil,
    /// `isReached`, an approval and a pinned realm. Settings that only an administrator can change are not modified.
    func upsert(_ registry: Registry) throws
    /// Replaces a registry.
    func configure(_ registry: Registry) throws
    /// Rewrites the certificate authorities of all registries. A changed row that verified is signed again; another one stays unverified.
    ///
    /// - Parameter rewrite: returns the new text for a stored one; nil to remove it.
    /// - Returns: the changed rows.
    func rewriteCertificateAuthorities(_ rewrite: (String) -> String?) throws -> [RowName]

    func insert(_ credential: SealedCredential, sealedWith keyID: String, at date: Date) throws
    /// Replaces a credential by its next version. Throws ``StoreError/stale`` if the stored version is not the previous one, so that one of
    /// two concurrent updates fails.
    func replace(_ credential: SealedCredential, sealedWith keyID: String, at date: Date) throws
    /// Adds the login mark to a credential that was stored without one. A credential that was replaced or deleted is skipped.
    func mark(_ credential: SealedCredential, as loginMark: [UInt8]) throws
    func deleteCredential(_ id: UUID) throws
    /// Deletes all login marks, because their key changes.
    func deleteLoginMarks() throws
    /// Replaces an envelope by one of the same secret, wrapped with another key. Throws ``StoreError/stale`` if the old envelope is no
    /// longer stored.
    func rewrap(_ credential: SealedCredential, as envelope: [UInt8], sealedWith keyID: String) throws
    func rewrap(_ deployment: Deployment, as envelope: [UInt8], sealedWith keyID: String) throws

    /// Records an action, or completes one that was recorded in progress. This and the next two functions store ``Action/redacted``. Throws ``StoreError/stale`` if it is complete already.
    func record(_ action: Action) throws
    /// Stores the outcome of an action in progress: reference, state, status, reason, end, and the method, path and user agent of the
    /// request that decided it. An action that is complete or was deleted is skipped.
    func end(_ action: Action) throws
    /// Records an action, or replaces all of a recorded one but its namespace, kind and start.
    func revise(_ action: Action) throws
    /// Deletes the oldest actions that ended before a date.
    /// - Returns: the number of deleted actions.
    func deleteActions(before date: Date, limit: Int) throws -> Int
    func put(_ record: RetentionRecord) throws

    /// Signs rows with their present contents, whether they verify or not.
    ///
    /// - Parameter authenticator: only rows that verify with it are signed; nil for all rows.
    /// - Returns: the number of signed rows.
    func signRows(verifiedBy authenticator: (any RowAuthenticator)?) throws -> Int
    /// Signs one row with its present contents. Throws ``StoreError/stale`` if there is no row of that name, and ``StoreError/unreadable``
    /// if its values are invalid.
    func signRow(_ name: RowName) throws
}
