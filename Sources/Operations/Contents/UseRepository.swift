package import Domain
import FoundationEssentials
package import Naming
package import RegistryClient
import Storage

/// The kinds of access to the contents of a repository.
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

/// A repository for which a caller is authorized.
package struct AuthorizedRepository: Sendable {
    package let repository: Repository
    let grant: RepositoryGrant
}

extension Backend {
    /// Authorizes a use and looks up the repository. It opens no credential and records nothing.
    ///
    /// - Returns: the namespace, and the repository if one of that name is registered there.
    package func checkUse(
        _ use: ContentUse, of name: RepositoryName, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> (namespace: NamespaceName, repository: AuthorizedRepository?) {
        let grant = try await authorize(use.right, on: name, in: namespace, by: caller)
        let place = GatewayReadCache.Place(name: name, namespace: grant.namespace)
        let repository = try await store.value(of: place, in: readCache.repositories, with: grant) {
            try $0.repository(name, in: grant.namespace)
        }
        return (grant.namespace, repository.map { AuthorizedRepository(repository: $0, grant: grant) })
    }

    /// Authorizes and records a use of a repository: a pull or push once for all its requests. If recording fails, the repository is not used.
    ///
    /// - Parameters:
    ///   - reference: the tag or digest.
    ///   - isQuestion: whether the request only checks for existence, which is not recorded.
    package func useRepository(
        _ use: ContentUse, of name: RepositoryName, _ reference: String?, isQuestion: Bool, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> (repository: AuthorizedRepository, record: RecordedUse) {
        guard let repository = try await checkUse(use, of: name, in: namespace, by: caller).repository else {
            throw RequestError.notFound(
                "There is no repository '\(name)' registered in the namespace '\(namespace ?? caller.identity.home)'")
        }
        let request = UseRequest(
            use: use, repository: repository.repository, reference: reference, caller: caller, started: clock.now())
        let part: RecordedUse.Part =
            isQuestion ? .question : try await uses.begin(request) { [counters] in counters.began(use) }
        return (repository, RecordedUse(request, as: part, in: uses))
    }

    /// Checks whether a use in progress may continue. Throws if the key was revoked or has expired, the account was disabled, the right was
    /// removed, the repository was removed or has another credential, or a row was edited outside the server. A failing store does not
    /// stop the use, which was authorized and recorded.
    package func checkContinuation(_ use: ContentUse, of authorized: AuthorizedRepository, by caller: Caller) async throws {
        let begun = authorized.repository
        do {
            let current = Caller(identity: try await authenticate(tokenOf: caller.identity.key.id), origin: caller.origin)
            let found = try await checkUse(use, of: begun.name, in: begun.namespace, by: current).repository?.repository
            guard let found, found.id == begun.id else { throw RequestError.notFound("The repository '\(begun.name)' was removed") }
            guard found.credential == begun.credential else {
                throw RequestError.conflict("The credential of the repository '\(begun.name)' was replaced")
            }
        } catch let error as StoreError {
            if case .unverified = error { throw error }
        }
    }

    /// Opens the credential and returns the parameters for upstream requests. The use has been recorded.
    package func openUpstream(of authorized: AuthorizedRepository, by caller: Caller) async throws -> UpstreamRepository {
        let (repository, grant) = (authorized.repository, authorized.grant)
        let authority = repository.name.authority
        let registry =
            try await store.value(of: authority, in: readCache.registries, with: grant) { try $0.registry(authority) }
            ?? Registry(first: authority)
        return UpstreamRepository(
            name: repository.name, registry: registry, reference: repository.credential,
            credential: try await openCredential(of: repository, with: grant), requester: caller.requester)
    }

    /// Records a failed use that was not begun, such as one that the account, its key or the server does not allow.
    ///
    /// - Parameters:
    ///   - use: nil for a use of the catalogue.
    ///   - name: nil if the request names no repository.
    package func recordFailedUse(
        _ use: ContentUse?, of name: RepositoryName?, _ reference: String?, in requested: NamespaceName?, status: Int, reason: String,
        by caller: Caller
    ) async throws {
        let place = try await trailPlace(of: name.map { .repository($0) }, in: requested, by: caller)
        let now = clock.now()
        uses.recordFailure(
            Action(
                id: makeID(), namespace: place.namespace, kind: use?.kind ?? .apiKeyUse, object: place.object, reference: reference,
                state: .failed, status: status, reason: reason, started: now, ended: now, origin: caller.origin))
    }
}

extension Backend {
    /// Throws if the caller may not list repositories.
    package func checkListingPullable(by caller: Caller) async throws {
        _ = try await authorize(.pull, in: nil, by: caller)
    }

    /// Lists the repositories of the caller's own namespace that it may pull.
    package func listPullable(where filter: RepositoryFilter, page: Page, by caller: Caller) async throws -> Listing<Repository> {
        let grant = try await authorize(.pull, in: nil, by: caller)
        var filter = filter
        filter.patterns = caller.identity.restriction.repositories
        return try await read(filter.query(page), with: grant, by: caller) { [filter] in
            try $0.repositories(in: grant.namespace, where: filter, page: page)
        }
    }
}
