import Domain
import Naming
import Storage

/// Caches values that every request reads from the store. Any write invalidates the cache, so an acknowledged revocation of a key or
/// permission takes effect at once.
struct GatewayReadCache: Sendable {
    struct Part: Hashable, Sendable {
        let account: Account.ID
        let namespace: NamespaceName
    }

    struct Place: Hashable, Sendable {
        let name: RepositoryName
        let namespace: NamespaceName
    }

    struct Presented: Hashable, Sendable {
        let hash: [UInt8]
        let account: String?
    }

    let keys = ReadCache<APIKey.ID, (key: APIKey, account: Account)>()
    /// Presented keys that were accepted. Other keys are looked up each time, so that all refusals take the same time.
    let acceptedKeys = ReadCache<Presented, (key: APIKey, account: Account)>()
    let permissions = ReadCache<Part, Permission>()
    let repositories = ReadCache<Place, Repository>()
    let registries = ReadCache<RegistryAuthority, Registry>()
    /// Credentials as sealed in the store; each use opens its credential again.
    let credentials = ReadCache<CredentialReference, SealedCredential>()
}
