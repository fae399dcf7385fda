import Domain
import Naming
import Storage

/// What the gateway asks of the store for every request that comes with one of its tokens. It is kept until something is written, so a key that
/// was revoked, or a permission that was taken away, is not there any more once that is acknowledged.
struct Known: Sendable {
    struct Part: Hashable, Sendable {
        let account: Account.ID
        let namespace: NamespaceName
    }

    struct Place: Hashable, Sendable {
        let name: RepositoryName
        let namespace: NamespaceName
    }

    let keys = ReadCache<APIKey.ID, (key: APIKey, account: Account)>()
    let permissions = ReadCache<Part, Permission>()
    let repositories = ReadCache<Place, Repository>()
    let registries = ReadCache<RegistryAuthority, Registry>()
    /// Sealed as they are stored: a credential is opened each time.
    let credentials = ReadCache<CredentialReference, SealedCredential>()
}
