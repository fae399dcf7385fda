package import Domain
package import FoundationEssentials
package import Naming

/// The queries within one transaction.
package protocol StoreReader {
    func deployment() throws -> Deployment?
    /// Whether no row belongs to a deployment.
    func isEmpty() throws -> Bool
    /// The identifiers of the key-encryption keys with which stored secrets are sealed.
    func sealingKeyIDs() throws -> Set<String>

    /// The key with that identifier and its account, in one look-up, so that wrong keys and wrong accounts take the same time.
    func apiKey(_ id: APIKey.ID) throws -> (key: APIKey, account: Account)?
    /// The keys of an account, and those of an organization's robots, whether their rows verify or not.
    func apiKeyIDs(of account: Account.ID) throws -> [APIKey.ID]
    func robotKeyIDs(of organization: NamespaceName) throws -> [APIKey.ID]
    /// The contents that a revocation journal must have. Rows that do not verify are omitted, because the server does not use them.
    func revocations() throws -> StoredRevocations
    /// The expiries of all keys that are not revoked and whose rows verify.
    func expiries() throws -> [APIKey.ID: Date]
    /// The keys that were created with a key or renew it, whether their rows verify or not.
    func apiKeyIDs(after id: APIKey.ID) throws -> [APIKey.ID]
    /// Newest first. The page starts after a key of the account, if one is given, and then ignores the offset, as in all lists.
    ///
    /// Throws ``StoreError/unknownCursor`` if the account has no such key.
    func apiKeys(of account: Account.ID, after id: APIKey.ID?, page: Page) throws -> Listing<APIKey>
    /// The keys of members and robots that can be used in an organization, in the order of the accounts' names, and the newest key of each
    /// account first. The page starts after a key, even if its account left the organization.
    ///
    /// Throws ``StoreError/unknownCursor`` if there is no such key.
    func apiKeys(in organization: NamespaceName, after id: APIKey.ID?, page: Page) throws -> Listing<HeldKey>
    /// The number of keys that expire after one date and not after another, counted up to a limit. Keys that are revoked or were renewed do
    /// not count, nor do those of disabled accounts; those whose rows do not verify do.
    func expiringKeyCount(after start: Date, until end: Date, limit: Int) throws -> Int
    /// The keys that ``expiringKeyCount(after:until:limit:)`` counts and whose rows verify, in the order of their expiries.
    ///
    /// - Parameter place: the keys after this place are read.
    /// - Returns: also the place of the last key if the limit was reached; nil if there are no more.
    func expiringKeys(after place: KeyExpiry, until end: Date, limit: Int) throws -> (keys: [HeldKey], last: KeyExpiry?)

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
    func memberships(of account: Account.ID, after name: NamespaceName?, page: Page) throws -> Listing<Membership>
    /// The persons of an organization, or its robots, in the order of their names.
    func members(of organization: NamespaceName, robots: Bool, after name: AccountName?, page: Page) throws -> Listing<Membership>
    /// The number of enabled persons with the permission `admin` in an organization, counting only rows that verify.
    func adminCount(of organization: NamespaceName) throws -> Int

    func repository(_ name: RepositoryName, in namespace: NamespaceName) throws -> Repository?
    /// In the order of their names.
    func repositories(in namespace: NamespaceName, where filter: RepositoryFilter, page: Page) throws -> Listing<Repository>
    /// The repositories of all namespaces that are due at that date, except those on some registries. The other registries take turns, in
    /// the order of their longest overdue repositories, and at each registry the namespaces. Repositories whose last check got no response
    /// take turns with the others, so that many of them do not displace the others.
    ///
    /// - Parameter turn: the number of the query. If more registries or namespaces are due than the limit, the next turn continues with others.
    func repositories(dueAt date: Date, except registries: Set<RegistryAuthority>, turn: Int, limit: Int) throws -> [Repository]
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

    /// The number of repositories of all namespaces in each state, whether their rows verify or not.
    func repositoryCounts() throws -> [Verification.State: Int]
    /// The number of the last change of a repository to `Rejected`; 0 if there was none.
    func lastRejection() throws -> Int
    /// The rejected repositories of all namespaces whose change to that state has a greater number, in this order, and the number of the
    /// last one; the same number if there is none.
    func rejectedRepositories(after number: Int, limit: Int) throws -> (repositories: [Repository], last: Int)

    /// Repositories of all namespaces that have a credential and whose rows verify, in the order of their identifiers.
    func repositoriesWithCredentials(after id: Repository.ID?, limit: Int) throws -> [Repository]

    /// Throws ``StoreError/unverified(_:)`` if there is no row although repositories are on the registry: a row was deleted outside the server.
    func registry(_ authority: RegistryAuthority) throws -> Registry?
    /// Registries of repositories whose rows are missing, in the order of their authorities.
    func missingRegistries(limit: Int) throws -> [RegistryAuthority]
    /// The registries of all repositories, in the order of their authorities.
    func registryAuthorities() throws -> [RegistryAuthority]
    /// The registries of the namespace's repositories, in the order of their authorities.
    func registries(in namespace: NamespaceName, where filter: RegistryFilter, page: Page) throws -> Listing<Registry>

    /// nil if the namespace does not see a service with that identifier.
    func service(_ id: Service.ID, in namespace: NamespaceName) throws -> Service?
    /// The services that a namespace sees, in the order of their names.
    func services(in namespace: NamespaceName, where filter: ServiceFilter, page: Page) throws -> Listing<Service>

    func agent(_ name: AgentName, of account: Account.ID) throws -> Agent?
    /// An agent that reports in a namespace, with the number of its services that the namespace sees; nil if there is none with that
    /// identifier.
    func agent(_ id: Agent.ID, in namespace: NamespaceName) throws -> Agent?
    /// The agents that report in a namespace, in the order of their names.
    func agents(in namespace: NamespaceName, after place: NamedPlace?, page: Page) throws -> Listing<Agent>
    /// The number of an account's agents and of their services.
    func agentTotals(of account: Account.ID) throws -> (agents: Int, services: Int)
    /// The greatest running time of the servers that a report has, in seconds; 0 if there is no report.
    func runningTimeOfReports() throws -> TimeInterval

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
