package import Domain
package import FoundationEssentials
package import Naming

/// The questions that can be asked within one transaction.
package protocol StoreReader {
    func deployment() throws -> Deployment?
    /// The identifiers of the key-encryption keys that stored secrets are sealed with.
    func sealingKeyIDs() throws -> Set<String>

    /// The key of that identifier, with its account: one look-up, whichever of them a caller was wrong about.
    func apiKey(_ id: APIKey.ID) throws -> (key: APIKey, account: Account)?
    /// The keys of an account, and those of an organization's robots, whether their rows verify or not.
    func apiKeyIDs(of account: Account.ID) throws -> [APIKey.ID]
    func robotKeyIDs(of organization: NamespaceName) throws -> [APIKey.ID]
    /// All revoked keys and disabled accounts, whether their rows verify or not.
    func revocations() throws -> (keys: [APIKey.ID: Date], accounts: [AccountName])
    /// The keys that were made with a key or renew it, whether their rows verify or not.
    func apiKeyIDs(after id: APIKey.ID) throws -> [APIKey.ID]
    /// Newest first.
    func apiKeys(of account: Account.ID, page: Page) throws -> Listing<APIKey>
    /// The keys of members and robots that can be used in an organization, in the order of their identifiers.
    func apiKeys(in organization: NamespaceName, page: Page) throws -> Listing<HeldKey>

    func account(_ name: AccountName) throws -> Account?
    /// Persons, in the order of their names.
    func users(where filter: UserFilter, page: Page) throws -> Listing<Account>
    /// How many persons are server administrators and not disabled, by rows that verify.
    func administratorCount() throws -> Int

    /// How many organizations an account has created, removed ones included.
    func organizationCount(createdBy account: Account.ID) throws -> Int
    func organization(_ name: NamespaceName) throws -> Organization?
    /// What an account may do in an organization; nil where it has no part in it, or there is none of that name.
    func permission(of account: Account.ID, in organization: NamespaceName) throws -> Permission?
    func membership(of name: AccountName, in organization: NamespaceName) throws -> Membership?
    /// The parts that an account has in organizations, in the order of the organizations' names.
    func memberships(of account: Account.ID, page: Page) throws -> Listing<Membership>
    /// The persons of an organization, or its robots, in the order of their names.
    func members(of organization: NamespaceName, robots: Bool, page: Page) throws -> Listing<Membership>
    /// How many persons have the permission `admin` in it and are not disabled, by rows that verify.
    func adminCount(of organization: NamespaceName) throws -> Int

    func repository(_ name: RepositoryName, in namespace: NamespaceName) throws -> Repository?
    /// In the order of their names.
    func repositories(in namespace: NamespaceName, where filter: RepositoryFilter, page: Page) throws -> Listing<Repository>
    /// Those of all namespaces that are to be verified again at that time or were before it, without those on some registries. The other
    /// registries take turns, in the order of their longest overdue repositories.
    func repositories(dueAt date: Date, except registries: Set<RegistryAuthority>, limit: Int) throws -> [Repository]
    /// Those of one registry, the longest overdue first.
    func repositories(dueAt date: Date, on registry: RegistryAuthority, limit: Int) throws -> [Repository]
    /// Those that are to be verified again after that time only, the last first.
    func repositories(plannedAfter date: Date, limit: Int) throws -> [Repository]
    /// Those of all namespaces with the login of a credential at the same registry that are not in a state.
    func repositories(sharingLoginOf credential: UUID, except state: Verification.State, limit: Int) throws -> [Repository]

    /// Those of all namespaces whose background check began before that time and has not ended, the oldest first.
    func repositories(withChecksBegunBefore date: Date, limit: Int) throws -> [Repository]

    func registry(_ authority: RegistryAuthority) throws -> Registry?
    /// Those that a repository of the namespace is on, in the order of their authorities.
    func registries(in namespace: NamespaceName) throws -> Listing<Registry>

    func sealedCredential(_ id: UUID) throws -> SealedCredential?
    /// Credentials whose secret is sealed with another key than this one.
    func sealedCredentials(notSealedWith keyID: String, limit: Int) throws -> [SealedCredential]

    /// - Parameter namespace: nil for any.
    func action(_ id: Action.ID, in namespace: NamespaceName?) throws -> Action?
    /// Newest first.
    ///
    /// - Parameter namespace: nil for all.
    func actions(in namespace: NamespaceName?, where filter: ActionFilter, page: Page) throws -> Listing<Action>
    /// Those of all namespaces that were recorded, or whose outcome was stored, after this number, in that order.
    func actions(after sequence: Int, limit: Int) throws -> [TrailEntry]
    /// Those whose outcome is not stored, the oldest first.
    func actionsInProgress(limit: Int) throws -> [Action]
    /// The position's number, or that of its action where it has none; nil where there is no such action.
    func sequence(of position: TrailPosition) throws -> Int?
    /// The number after which the trail goes on: the position's own, also where its action was deleted or has another number since; nil where the
    /// trail has another action of that number, or has not come so far.
    func sequence(following position: TrailPosition) throws -> Int?

    /// When the action ended that ended first; nil where there is none.
    func oldestActionEnd() throws -> Date?
    /// When the action ended that was recorded last; nil where there is none.
    func newestActionEnd() throws -> Date?
    /// What was stored last; nil before the first time.
    func retention() throws -> RetentionRecord?

    /// Whether any row has a code.
    func hasSignedRows() throws -> Bool
    /// The rows that do not verify.
    func unverifiedRows(limit: Int) throws -> [UnverifiedRow]
    /// The namespace of the account that was stored first, which is that of the first start.
    func firstNamespace() throws -> NamespaceName?
}
