package import Domain
import FoundationEssentials
import Naming
import Storage

/// Stores what the registry's response to a use of a repository shows. Nothing is stored if the repository was removed or updated since it was
/// read, and nothing is written if nothing changes.
extension Backend {
    /// Notes that a use was successful: the repository is verified, and the right to use it so is granted.
    ///
    /// - Parameters:
    ///   - isContent: whether content was fetched or a manifest stored; then the repository also shows who used it last.
    ///   - isAuthenticated: whether the registry accepted the credential for it.
    package func noteSuccess(
        of use: ContentUse, isContent: Bool, isAuthenticated: Bool = true, on repository: Repository, by caller: Caller
    ) async throws {
        let now = clock.now()
        let session = UseSessions.Session(of: repository, use, by: caller)
        guard isContent, use != .delete, !lastUses.covers(session, at: clock.instant()) else {
            return try await note(.success(use, isAuthenticated: isAuthenticated), on: repository)
        }
        let lastUse = Repository.Use(date: now, account: caller.origin.user)
        try await lastUses.begin(session, at: clock.instant()) {
            try await keep(.success(use, isAuthenticated: isAuthenticated), on: repository) {
                try $0.note(lastUse, ofPush: use == .push, on: repository.id)
            }
        }
    }

    /// Notes that the registry denied a use (403): the right is not granted. The state stays, as does what else the credential may do.
    package func noteDenied(_ use: ContentUse, on repository: Repository) async throws {
        try await note(.denied(use), on: repository)
    }

    /// Notes that the registry refused the login of a use (401).
    ///
    /// - Parameters:
    ///   - isConfirmed: whether it refused the same login some seconds earlier. Otherwise the repository is queued for
    ///     ``refusedLoginsToConfirm()``, unless this server requests registries on request only.
    ///   - isOfLogin: whether it refused the login for another repository as well, and has accepted it for none in between.
    package func noteRefusedLogin(_ reason: String, isConfirmed: Bool, isOfLogin: Bool, on repository: Repository) async throws {
        if isConfirmed {
            try await note(.refusedLogin(reason: reason), on: repository)
        } else if verificationPolicy != .skip {
            refusedLogins.add(repository, at: clock.reading())
        }
    }

    /// Stores a finding, if it changes what is known. Nothing is read from the store for what is known already.
    private func note(_ finding: UseFinding, on repository: Repository) async throws {
        let (name, namespace) = (repository.name, repository.namespace)
        let place = GatewayReadCache.Place(name: name, namespace: namespace)
        if let current = store.cachedValue(of: place, in: known.repositories), !changes(finding, current, for: repository) { return }
        // The client may be gone and this task cancelled, and the store would do nothing for it.
        try await Task {
            let current = try await store.value(of: place, in: known.repositories, with: ServerGrant.background) {
                try $0.repository(name, in: namespace)
            }
            guard let current, changes(finding, current, for: repository) else { return }
            _ = try await keep(finding, on: repository) { _ in }
        }.value
    }

    /// - Parameter repository: the repository as it was used.
    private func changes(_ finding: UseFinding, _ current: Repository, for repository: Repository) -> Bool {
        current.isSameVersion(as: repository) && apply(finding, to: current.verification, of: repository) != current.verification
    }

    /// - Returns: false where the repository was removed or updated.
    private func keep(
        _ finding: UseFinding, on repository: Repository, _ body: @escaping @Sendable (any StoreWriter) throws -> Void
    ) async throws -> Bool {
        let now = clock.now()
        let action = background(repository, started: now)
        if case .success = finding { silentRegistries.end(repository.name.authority) }
        return try await store.write(with: ServerGrant.background) { writer in
            let change = try writer.changeVerification(of: repository) { apply(finding, to: $0, of: repository) }
            guard let change else { return false }
            if change.isOfState {
                try writer.record(action)
                try writer.noteReached(repository.name.authority)
                try writer.makeOthersDue(after: change, at: now)
            }
            try body(writer)
            return true
        }
    }

    private func apply(_ finding: UseFinding, to before: Verification, of repository: Repository) -> Verification {
        let now = clock.now()
        let after = finding.applied(to: before, hasCredential: repository.credential != nil, at: now)
        // A finding of the state is as good as a verification, so that the next one is hours away.
        if case .denied = finding { return after }
        return after == before ? before : schedule.plan(after, after: 0, now: now)
    }
}

extension StoreWriter {
    fileprivate func noteReached(_ authority: RegistryAuthority) throws {
        guard var registry = try registry(authority), !registry.isReached else { return }
        registry.isReached = true
        try upsert(registry)
    }
}
