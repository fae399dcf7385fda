package import Domain
package import Naming
package import RegistryClient
import Storage

/// What somebody wants with what is in a repository.
package enum ContentUse: Hashable, Sendable {
    case pull, push, delete

    package var right: Right {
        switch self {
        case .pull: .pull
        case .push: .push
        case .delete: .deleteContents
        }
    }

    var kind: Action.Kind {
        switch self {
        case .pull: .repositoryPull
        case .push: .repositoryPush
        case .delete: .repositoryContentsDelete
        }
    }
}

/// A repository that a caller may use.
package struct AuthorizedRepository: Sendable {
    package let repository: Repository
    let grant: RepositoryGrant
}

extension Backend {
    /// Whether the caller may use a repository so, and which one it is. Nothing is opened, and nothing recorded.
    ///
    /// - Returns: the namespace, and the repository if one of that name is registered in it.
    package func checkUse(
        _ use: ContentUse, of name: RepositoryName, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> (namespace: NamespaceName, repository: AuthorizedRepository?) {
        let grant = try await authorize(use.right, on: name, in: namespace, by: caller)
        let place = Known.Place(name: name, namespace: grant.namespace)
        let repository = try await store.value(of: place, in: known.repositories, with: grant) {
            try $0.repository(name, in: grant.namespace)
        }
        return (grant.namespace, repository.map { AuthorizedRepository(repository: $0, grant: grant) })
    }

    /// A repository whose use is on record, once for all that belongs together: what cannot be recorded is not used.
    package func useRepository(
        _ use: ContentUse, of name: RepositoryName, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> AuthorizedRepository {
        guard let repository = try await checkUse(use, of: name, in: namespace, by: caller).repository else {
            throw Fault.notFound("There is no repository '\(name)' registered in the namespace '\(namespace ?? caller.identity.home)'")
        }
        try await record(use, of: repository.repository, by: caller)
        return repository
    }

    /// What the registry of a repository is asked with, its credential opened. The use has been recorded.
    package func openUpstream(of authorized: AuthorizedRepository, by caller: Caller) async throws -> UpstreamRepository {
        let (repository, grant) = (authorized.repository, authorized.grant)
        let authority = repository.name.authority
        let registry =
            try await store.value(of: authority, in: known.registries, with: grant) { try $0.registry(authority) }
            ?? Registry(first: authority)
        return UpstreamRepository(
            name: repository.name, registry: registry, reference: repository.credential,
            credential: try await openCredential(of: repository, with: grant), requester: caller.requester)
    }

    /// Every deletion is recorded; pulls and pushes are many requests, and recorded by sessions.
    private func record(_ use: ContentUse, of repository: Repository, by caller: Caller) async throws {
        let now = clock.instant()
        let session = UseSessions.Session(of: repository, use, by: caller)
        guard use == .delete || !sessions.covers(session, at: now) else { return }
        let action = action(use.kind, on: repository, started: clock.now(), by: caller)
        guard use != .delete else { return try await store.record(action) }
        try await sessions.begin(session, at: now) { [store, counters] in
            try await store.record(action)
            counters.began(use)
            return true
        }
    }
}
