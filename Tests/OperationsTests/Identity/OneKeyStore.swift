import Domain
import FoundationEssentials
import Naming
import Storage

typealias KeyRow = (key: APIKey, account: Account)

/// A store that immediately returns the same row for every key and supports nothing else.
struct OneKeyStore: Store, StoreReader {
    let answer: KeyRow?
    let rows = RowVerification()
    var version: Int { 0 }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value { try body(self) }
    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value { throw nothing }

    func apiKey(_ id: APIKey.ID) throws -> KeyRow? { answer }

    func deployment() throws -> Deployment? { throw nothing }
    func sealingKeyIDs() throws -> Set<String> { throw nothing }
    func repository(_ name: RepositoryName, in namespace: NamespaceName) throws -> Repository? { throw nothing }
    func repositories(in namespace: NamespaceName, where filter: RepositoryFilter, page: Page) throws -> Listing<Repository> {
        throw nothing
    }
    func repositories(dueAt date: Date, except registries: Set<RegistryAuthority>, turn: Int, limit: Int) throws -> [Repository] {
        throw nothing
    }
    func repositories(dueAt date: Date, on registry: RegistryAuthority, limit: Int) throws -> [Repository] { throw nothing }
    func repositories(plannedAfter date: Date, limit: Int) throws -> [Repository] { throw nothing }
    func repositories(sharingLoginOf credential: UUID, except state: Verification.State, limit: Int) throws -> [Repository] {
        throw nothing
    }
    func repositories(rejectedWithLoginOf credential: UUID, limit: Int) throws -> [Repository] { throw nothing }
    func repositories(unreachableOn registry: RegistryAuthority, limit: Int) throws -> [Repository] { throw nothing }
    func repositories(withChecksBegunBefore date: Date, limit: Int) throws -> [Repository] { throw nothing }
    func registry(_ authority: RegistryAuthority) throws -> Registry? { throw nothing }
    func registries(in namespace: NamespaceName, where filter: RegistryFilter, page: Page) throws -> Listing<Registry> { throw nothing }
    func service(_ id: Service.ID, in namespace: NamespaceName) throws -> Service? { throw nothing }
    func services(in namespace: NamespaceName, where filter: ServiceFilter, page: Page) throws -> Listing<Service> { throw nothing }
    func agent(_ name: AgentName, of account: Account.ID) throws -> Agent? { throw nothing }
    func agent(_ id: Agent.ID, in namespace: NamespaceName) throws -> Agent? { throw nothing }
    func agents(in namespace: NamespaceName, after place: NamedPlace?, page: Page) throws -> Listing<Agent> { throw nothing }
    func agentTotals(of account: Account.ID) throws -> (agents: Int, services: Int) { throw nothing }
    func runningTimeOfReports() throws -> TimeInterval { throw nothing }
    func sealedCredential(_ id: UUID) throws -> SealedCredential? { throw nothing }
    func sealedCredentials(notSealedWith keyID: String, limit: Int) throws -> [SealedCredential] { throw nothing }
    func action(_ id: Action.ID, in namespace: NamespaceName?) throws -> Action? { throw nothing }
    func actions(in namespace: NamespaceName?, where filter: ActionFilter, page: Page) throws -> Listing<Action> { throw nothing }
    func actions(after sequence: Int, limit: Int) throws -> [TrailEntry] { throw nothing }
    func actionsInProgress(limit: Int) throws -> [Action] { throw nothing }
    func sequence(of position: TrailPosition) throws -> Int? { throw nothing }
    func sequence(following position: TrailPosition) throws -> Int? { throw nothing }
    func oldestActionEnd() throws -> Date? { throw nothing }
    func newestActionEnd() throws -> Date? { throw nothing }
    func retention() throws -> RetentionRecord? { throw nothing }
    func hasSignedRows() throws -> Bool { throw nothing }
    func repositoriesWithCredentials(after id: Repository.ID?, limit: Int) throws -> [Repository] { throw nothing }
    func unverifiedRows(limit: Int) throws -> [UnverifiedRow] { throw nothing }
    func firstNamespace() throws -> NamespaceName? { throw nothing }
    func apiKeyIDs(of account: Account.ID) throws -> [APIKey.ID] { throw nothing }
    func robotKeyIDs(of organization: NamespaceName) throws -> [APIKey.ID] { throw nothing }
    func revocations() throws -> StoredRevocations { throw nothing }
    func expiries() throws -> [APIKey.ID: Date] { throw nothing }
    func isEmpty() throws -> Bool { throw nothing }
    func missingRegistries(limit: Int) throws -> [RegistryAuthority] { throw nothing }
    func registryAuthorities() throws -> [RegistryAuthority] { throw nothing }
    func apiKeyIDs(after id: APIKey.ID) throws -> [APIKey.ID] { throw nothing }
    func apiKeys(of account: Account.ID, after id: APIKey.ID?, page: Page) throws -> Listing<APIKey> { throw nothing }
    func apiKeys(in organization: NamespaceName, after id: APIKey.ID?, page: Page) throws -> Listing<HeldKey> { throw nothing }
    func expiringKeyCount(after start: Date, until end: Date, limit: Int) throws -> Int { throw nothing }
    func expiringKeys(after place: KeyExpiry, until end: Date, limit: Int) throws -> (keys: [HeldKey], last: KeyExpiry?) { throw nothing }
    func repositoryCounts() throws -> [Verification.State: Int] { throw nothing }
    func lastRejection() throws -> Int { throw nothing }
    func rejectedRepositories(after number: Int, limit: Int) throws -> (repositories: [Repository], last: Int) { throw nothing }
    func account(_ name: AccountName) throws -> Account? { throw nothing }
    func users(where filter: UserFilter, page: Page) throws -> Listing<Account> { throw nothing }
    func administratorCount() throws -> Int { throw nothing }
    func organizationCount(createdBy account: Account.ID) throws -> Int { throw nothing }
    func organization(_ name: NamespaceName) throws -> Organization? { throw nothing }
    func permission(of account: Account.ID, in organization: NamespaceName) throws -> Permission? { throw nothing }
    func membership(of name: AccountName, in organization: NamespaceName) throws -> Membership? { throw nothing }
    func memberships(of account: Account.ID, after name: NamespaceName?, page: Page) throws -> Listing<Membership> { throw nothing }
    func members(of organization: NamespaceName, robots: Bool, after name: AccountName?, page: Page) throws -> Listing<Membership> {
        throw nothing
    }
    func adminCount(of organization: NamespaceName) throws -> Int { throw nothing }

    private var nothing: StoreError { .unavailable("there is nothing in it") }
}
