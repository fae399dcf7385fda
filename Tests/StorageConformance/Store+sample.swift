package import Domain
package import Naming
package import Storage
import Testing

extension StoreWriter {
    /// Inserts a repository, its registry and its credential, if it has one.
    package func add(_ repository: Repository, sealedWith keyID: String = "key-1") throws {
        try upsert(Registry(authority: repository.name.authority, isSSL: true))
        if let reference = repository.credential {
            let sealed = SealedCredential(
                reference: reference, namespace: repository.namespace, authority: repository.name.authority, envelope: [1, 2, 3])
            try insert(sealed, sealedWith: keyID, at: repository.created)
        }
        try insert(repository)
    }

    /// Inserts a credential that no repository uses yet.
    package func add(_ credential: SealedCredential, sealedWith keyID: String = "key-1") throws {
        try upsert(Registry(authority: credential.authority, isSSL: true))
        try insert(credential, sealedWith: keyID, at: Sample.date())
    }
}

extension StoreReader {
    /// The first page of the whole list.
    package func all(in namespace: NamespaceName, where filter: RepositoryFilter = RepositoryFilter()) throws -> Listing<Repository> {
        try repositories(in: namespace, where: filter, page: Sample.page())
    }

    /// The first page of all registries.
    package func registries(in namespace: NamespaceName, where filter: RegistryFilter = RegistryFilter()) throws -> Listing<Registry> {
        try registries(in: namespace, where: filter, page: Sample.page())
    }
}

extension StoreReader {
    /// All actions, of any kind.
    package func actions(in namespace: NamespaceName, page: Page) throws -> Listing<Action> {
        try actions(in: namespace, where: ActionFilter(), page: page)
    }
}

extension Store {
    /// The stored repository with the same namespace and name.
    package func find(_ repository: Repository) async throws -> Repository? {
        try await read { try $0.repository(repository.name, in: repository.namespace) }
    }
}

extension Store {
    /// Creates an organization with new persons and robots as admins.
    func makeOrganization(_ name: String, admins: [String] = [], robots: [String] = []) async throws {
        let organization = try Sample.organization(name)
        try await write { writer in
            try writer.insert(organization)
            for name in admins + robots.map({ "\(name)+\($0)" }) {
                let account = try Sample.account(name)
                try writer.insert(account)
                try writer.put(Membership(organization: organization, account: account, permission: .admin, created: Sample.date()))
            }
        }
    }

    /// The account of that name, which must exist.
    func account(_ name: String) async throws -> Account {
        try #require(try await read { try $0.account(AccountName(parsing: name)) })
    }
}
