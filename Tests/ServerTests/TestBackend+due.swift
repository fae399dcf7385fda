import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport

/// A deployment with this many due repositories.
func dueRepositories(_ count: Int, wrap: (any Store) -> any Store = { $0 }) async throws -> TestBackend {
    let backend = try await TestBackend(wrap: wrap)
    for number in 0..<count { try await backend.register("registry.example/image-\(number)") }
    backend.clock.advance(by: 7 * 60 * 60)
    return backend
}

extension TestBackend {
    func register(_ name: String) async throws {
        let input = CredentialInput(username: Secret("user"), password: Secret("secret"))
        _ = try await backend.registerRepository(RepositoryName(parsing: name), with: input, in: nil, verify: .no, by: caller())
    }

    /// Stores public repositories that are due, without the time of registrations.
    func add(_ count: Int, in namespace: String, on registry: String = "registry.example") async throws {
        let now = clock.clock.now()
        let namespace = try NamespaceName(parsing: namespace)
        try await store.write { writer in
            try writer.upsert(Registry(authority: RegistryAuthority(parsing: registry), isSSL: false))
            for number in 0..<count {
                let verification = Verification(state: .verified, due: now - 1, isAccepted: true)
                try writer.insert(
                    Repository(
                        id: UUID(), namespace: namespace, name: RepositoryName(parsing: "\(registry)/\(namespace)-\(number)"),
                        credential: nil, verification: verification, created: now - 1, modified: now - 1))
            }
        }
    }

    /// A repository that is due first, and whose credential cannot be opened.
    func addUnreadable(_ text: String) async throws {
        let name = try RepositoryName(parsing: text)
        let namespace = try NamespaceName(parsing: "admin")
        let reference = CredentialReference(id: UUID(), version: 1)
        let past = clock.clock.now().addingTimeInterval(-24 * 60 * 60)
        let repository = Repository(
            id: UUID(), namespace: namespace, name: name, credential: reference,
            verification: Verification(state: .verified, due: past, isAccepted: true),
            created: past, modified: past)
        let sealed = SealedCredential(reference: reference, namespace: namespace, authority: name.authority, envelope: [1, 2, 3])
        try await store.write { writer in
            try writer.insert(sealed, sealedWith: "key-1", at: past)
            try writer.insert(repository)
        }
    }

    /// Marks all credentials as accepted by their registries, so that background checks send them.
    func acceptCredentials() async throws {
        let repositories = try await repositories()
        try await store.write { writer in
            for var repository in repositories {
                repository.verification.isAccepted = true
                try writer.update(repository)
            }
        }
    }

    /// The repositories that were verified, in that order.
    var verifiedNames: [String] { verifier.requests.map(\.name.description) }

    /// Waits until this many verifications are stored.
    func verifications(_ count: Int) async throws {
        while verifier.requests.count < count { try await Task.sleep(for: .milliseconds(5)) }
        let (now, expected) = (clock.clock.now(), min(count, try await repositories().count))
        while try await repositories().count(where: { $0.verification.checked == now }) < expected {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func repositories() async throws -> [Repository] {
        let page = Page(limit: 0) ?? .first
        return try await backend.listRepositories(in: nil, where: RepositoryFilter(), page: page, by: caller()).items
    }
}
