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

extension Backend {
    /// Whether the caller may use a repository so, and which one it is. Nothing is opened, and nothing recorded.
    ///
    /// - Returns: the namespace and the repository; nil where the namespace has none of that name.
    package func checkUse(
        _ use: ContentUse, of name: RepositoryName, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> (namespace: NamespaceName, repository: Repository?) {
        let namespace = try await authorize(use.right, on: name, in: namespace, by: caller)
        let place = Known.Place(name: name, namespace: namespace)
        let repository = try await known.repositories.value(of: place, in: store) { try $0.repository(name, in: namespace) }
        return (namespace, repository)
    }

    /// A repository whose use is on record, once for all that belongs together: what cannot be recorded is not used.
    package func useRepository(
        _ use: ContentUse, of name: RepositoryName, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> Repository {
        guard let repository = try await checkUse(use, of: name, in: namespace, by: caller).repository else {
            throw Fault.notFound("There is no repository '\(name)' registered in the namespace '\(namespace ?? caller.identity.home)'")
        }
        try await record(use, of: repository, by: caller)
        return repository
    }

    /// What the registry of a repository is asked with, its credential opened. The use has been recorded.
    package func openUpstream(of repository: Repository, by caller: Caller) async throws -> UpstreamRepository {
        let authority = repository.name.authority
        let registry =
            try await known.registries.value(of: authority, in: store) { try $0.registry(authority) } ?? Registry(first: authority)
        return UpstreamRepository(
            name: repository.name, registry: registry, reference: repository.credential,
            credential: try await openCredential(of: repository), requester: caller.requester)
    }

    /// Every deletion is recorded; pulls and pushes are many requests, and recorded by sessions.
    private func record(_ use: ContentUse, of repository: Repository, by caller: Caller) async throws {
        let now = clock.instant()
        let session = UseSessions.Session(of: repository, use, by: caller)
        guard use == .delete || !sessions.covers(session, at: now) else { return }
        let action = action(use.kind, on: repository, started: clock.now(), by: caller)
        guard use != .delete else { return try await store.write { try $0.record(action) } }
        try await sessions.begin(session, at: now) { [store, counters] in
            try await store.write { try $0.record(action) }
            counters.began(use)
            return true
        }
    }
}
