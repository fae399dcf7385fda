package import Domain
import FoundationEssentials
package import Naming
package import RegistryClient
import Storage

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
    ///   - isExistenceCheck: whether the request only checks for existence, which is not recorded.
    package func useRepository(
        _ use: ContentUse, of name: RepositoryName, _ reference: String?, isExistenceCheck: Bool, in namespace: NamespaceName?,
        by caller: Caller
    ) async throws -> (repository: AuthorizedRepository, record: RecordedUse) {
        guard let repository = try await checkUse(use, of: name, in: namespace, by: caller).repository else {
            throw RequestError.notRegistered(name, in: namespace ?? caller.identity.home)
        }
        let request = UseRequest(
            use: use, repository: repository.repository, reference: reference, caller: caller, started: clock.now())
        let part: RecordedUse.Part =
            isExistenceCheck ? .existenceCheck : try await uses.begin(request) { [counters] in counters.began(use) }
        return (repository, RecordedUse(request, as: part, in: uses))
    }

    /// Checks whether a use in progress may continue. Throws if the key was revoked or has expired, the account was disabled, the right was
    /// removed, the repository was removed, its credential was replaced or rejected, an approval of its registry was withdrawn, or a row was
    /// edited outside the server. A failing store does not stop the use, which was authorized and recorded.
    ///
    /// - Parameter registry: the registry as the use began; nil before its first request to it.
    /// - Returns: the registry as it is stored now; nil if there was no request to it, or the store fails.
    @discardableResult
    package func checkContinuation(
        _ use: ContentUse, of authorized: AuthorizedRepository, on registry: Registry? = nil, by caller: Caller
    ) async throws -> Registry? {
        let begun = authorized.repository
        do {
            let current = Caller(identity: try await authenticate(tokenOf: caller.identity.key.id), origin: caller.origin)
            let authorized = try await checkUse(use, of: begun.name, in: begun.namespace, by: current).repository
            guard let authorized, authorized.repository.id == begun.id else {
                throw RequestError.notFound("The repository '\(begun.name)' was removed: register it again to use it")
            }
            try authorized.repository.checkCredential(since: begun)
            guard let registry else { return nil }
            let stored = try await self.registry(registry.authority, with: authorized.grant)
            guard stored.allowsAll(of: registry) else {
                throw RequestError.forbidden(
                    "The approval of the registry '\(registry.authority)' was withdrawn or changed: ask a server administrator")
            }
            return stored
        } catch let error as StoreError {
            if case .unverified = error { throw error }
            return nil
        }
    }

    private func registry(_ authority: RegistryAuthority, with grant: RepositoryGrant) async throws -> Registry {
        try await store.value(of: authority, in: readCache.registries, with: grant) { try $0.registry(authority) }
            ?? Registry(first: authority)
    }

    /// Opens the credential and returns the parameters for upstream requests. The use has been recorded.
    package func openUpstream(of authorized: AuthorizedRepository, by caller: Caller) async throws -> UpstreamRepository {
        let (repository, grant) = (authorized.repository, authorized.grant)
        let registry = try await registry(repository.name.authority, with: grant)
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

extension RequestError {
    /// The error of a use of a repository that is not registered.
    package static func notRegistered(_ name: RepositoryName, in namespace: NamespaceName) -> RequestError {
        .notFound(
            "There is no repository '\(name)' registered in the namespace '\(namespace)'. "
                + "Register it with 'docker-cloud repository register \(name)'.")
    }
}

extension Repository {
    /// - Parameter begun: the repository as a use began.
    fileprivate func checkCredential(since begun: Repository) throws(RequestError) {
        guard credential == begun.credential else { throw .conflict("The credential of the repository '\(name)' was replaced: try again") }
        guard verification.state != .rejected || begun.verification.state == .rejected else {
            throw .forbidden(
                "The registry refuses the credential of the repository '\(name)' now: update it with 'docker-cloud repository update'")
        }
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
