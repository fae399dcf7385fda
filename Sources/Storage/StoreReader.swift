package import Domain
package import FoundationEssentials
package import Naming

/// The queries within one transaction.
package protocol StoreReader {
    func deployment() throws -> Deployment?
    /// The identifiers of the key-encryption keys with which stored secrets are sealed.
    func sealingKeyIDs() throws -> Set<String>

    /// The key with that identifier and its account, in one look-up, so that wrong keys and wrong accounts take the same time.
    func apiKey(_ id: APIKey.ID) throws -> (key: APIKey, account: Account)?
    /// The keys of an account, and those of an organization's robots, whether their rows verify or not.
    func apiKeyIDs(of account: Account.ID) throws -> [APIKey.ID]
    func robotKeyIDs(of organization: NamespaceName) throws -> [APIKey.ID]
    /// All revoked keys and disabled accounts whose rows verify. The server uses no others.
    func revocations() throws -> (keys: [APIKey.ID: Date], accounts: [Account])
    /// The keys that were created with a key or renew it, whether their rows verify or not.
    func apiKeyIDs(after id: APIKey.ID) throws -> [APIKey.ID]
    /// Newest first.
    func apiKeys(of account: Account.ID, page: Page) throws -> Listing<APIKey>
    /// The keys of members and robots that can be used in an organization, in the order of their identifiers.
    func apiKeys(in organization: NamespaceName, page: Page) throws -> Listing<HeldKey>

    func account(_ name: AccountName) throws -> Account?
    /// Persons, in the order of their names.
    func users(where filter: UserFilter, page: Page) throws -> Listing<Account>
    /// The number of enabled server administrators, counting only rows that verify.
    func administratorCount() throws -> Int

    /// The number of organizations that an account has created, including removed ones.
    func organizationCount(createdBy account: Account.ID) throws -> Int
    func organization(_ name: NamespaceName) throws -> Organization?
    /// The permission of an account in an organization; nil if it is not a member, or if there is no such organization.
    func permission(of account: Account.ID, in organization: NamespaceName) throws -> Permission?
    func membership(of name: AccountName, in organization: NamespaceName) throws -> Membership?
    /// The memberships of an account, in the order of the organizations' names.
    func memberships(of account: Account.ID, page: Page) throws -> Listing<Membership>
    /// The persons of an organization, or its robots, in the order of their names.
    func members(of organization: NamespaceName, robots: Bool, page: Page) throws -> Listing<Membership>
    /// The number of enabled persons with the permission `admin` in an organization, counting only rows that verify.
    func adminCount(of organization: NamespaceName) throws -> Int

    func repository(_ name: RepositoryName, in namespace: NamespaceName) throws -> Repository?
    /// In the order of their names.
    func repositories(in namespace: NamespaceName, where filter: RepositoryFilter, page: Page) throws -> Listing<Repository>
    /// The repositories of all namespaces that are due at that date, except those on some registries. The other registries take turns, in
    /// the order of their longest overdue repositories. Repositories whose last check got no response take turns with the others, so that
    /// many of them do not displace the others.
    func repositories(dueAt date: Date, except registries: Set<RegistryAuthority>, limit: Int) throws -> [Repository]
    /// The due repositories of one registry, longest overdue first.
    func repositories(dueAt date: Date, on registry: RegistryAuthority, limit: Int) throws -> [Repository]
    /// The repositories that are due only after that date, latest first.
    func repositories(plannedAfter date: Date, limit: Int) throws -> [Repository]
    /// The repositories of all namespaces with the same login at the same registry as a credential, except those in a state.
    func repositories(sharingLoginOf credential: UUID, except state: Verification.State, limit: Int) throws -> [Repository]
    /// The rejected repositories with the same login as a credential whose state before the refusal is known.
    func repositories(rejectedWithLoginOf credential: UUID, limit: Int) throws -> [Repository]
    /// The unreachable repositories of a registry whose state before that is known.
    func repositories(unreachableOn registry: RegistryAuthority, limit: Int) throws -> [Repository]

    /// The repositories of all namespaces whose background check started before that date and is open, oldest first.
    func repositories(withChecksBegunBefore date: Date, limit: Int) throws -> [Repository]

    /// Repositories of all namespaces that have a credential and whose rows verify, in the order of their identifiers.
    func repositoriesWithCredentials(after id: Repository.ID?, limit: Int) throws -> [Repository]

    func registry(_ authority: RegistryAuthority) throws -> Registry?
    /// The registries of the namespace's repositories, in the order of their authorities.
    func registries(in namespace: NamespaceName, where filter: RegistryFilter, page: Page) throws -> Listing<Registry>

    func sealedCredential(_ id: UUID) throws -> SealedCredential?
    /// Credentials that are not sealed with this key.
    func sealedCredentials(notSealedWith keyID: String, limit: Int) throws -> [SealedCredential]

    /// - Parameter namespace: nil for any.
    func action(_ id: Action.ID, in namespace: NamespaceName?) throws -> Action?
    /// Newest first.
    ///
    /// - Parameter namespace: nil for all.
    func actions(in namespace: NamespaceName?, where filter: ActionFilter, page: Page) throws -> Listing<Action>
    /// The actions of all namespaces that were recorded or completed after this sequence number, in that order.
    func actions(after sequence: Int, limit: Int) throws -> [TrailEntry]
    /// The actions without a stored outcome, oldest first.
    func actionsInProgress(limit: Int) throws -> [Action]
    /// The number of the position, or of its action if the position has none; nil if there is no such action.
    func sequence(of position: TrailPosition) throws -> Int?
    /// The number after which the trail continues: that of the position, even if its action was deleted or renumbered since; nil if the
    /// number belongs to another action or was not assigned yet.
    func sequence(following position: TrailPosition) throws -> Int?

    /// The earliest end of an action; nil if there is none.
    func oldestActionEnd() throws -> Date?
    /// The end of the action that was recorded last; nil if there is none.
    func newestActionEnd() throws -> Date?
    /// The stored record; nil if there is none.
    func retention() throws -> RetentionRecord?

    /// Whether any row has a code.
    func hasSignedRows() throws -> Bool
    /// The rows that do not verify.
    func unverifiedRows(limit: Int) throws -> [UnverifiedRow]
    /// The namespace of the account that was stored first, which is the administrator of the first start.
    func firstNamespace() throws -> NamespaceName?
}
