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

    func repository(_ name: RepositoryName, in namespace: NamespaceName) throws -> Repository?
    /// In the order of their names.
    func repositories(in namespace: NamespaceName, where filter: RepositoryFilter, page: Page) throws -> Listing<Repository>
    /// Those of all namespaces that are to be verified again at that time or were before it, the longest overdue first, but
    /// for what is on these registries.
    func repositories(dueAt date: Date, except registries: Set<RegistryAuthority>, limit: Int) throws -> [Repository]

    func registry(_ authority: RegistryAuthority) throws -> Registry?
    /// Those that a repository of the namespace is on, in the order of their authorities.
    func registries(in namespace: NamespaceName) throws -> [Registry]

    func sealedCredential(_ id: UUID) throws -> SealedCredential?
    /// Credentials whose secret is sealed with another key than this one.
    func sealedCredentials(notSealedWith keyID: String, limit: Int) throws -> [SealedCredential]

    func action(_ id: Action.ID, in namespace: NamespaceName) throws -> Action?
    /// Newest first.
    func actions(in namespace: NamespaceName, page: Page) throws -> Listing<Action>
}
