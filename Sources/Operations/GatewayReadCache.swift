import Domain
import Naming
import Storage

/// Values that are read from the store for every request. They are kept until something is written, so a key that was revoked, or a permission
/// that was taken away, is not there any more once that is acknowledged.
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
    /// Presented keys that were accepted. Others are looked up each time, so that all refusals cost the same.
    let acceptedKeys = ReadCache<Presented, (key: APIKey, account: Account)>()
    let permissions = ReadCache<Part, Permission>()
    let repositories = ReadCache<Place, Repository>()
    let registries = ReadCache<RegistryAuthority, Registry>()
    /// Sealed as they are stored: a credential is opened each time.
    let credentials = ReadCache<CredentialReference, SealedCredential>()
}
