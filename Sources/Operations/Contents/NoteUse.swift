package import Domain
import FoundationEssentials
import Naming
import Storage

/// Stores the conclusions from a registry's response to a use of a repository. Nothing is written if the repository was removed or updated
/// since it was read, or if nothing changes.
extension Backend {
    /// Stores that a use succeeded: the repository is verified, and the credential grants this use.
    ///
    /// - Parameters:
    ///   - isContent: whether content was fetched or a manifest stored, which also updates the last use of the repository.
    ///   - isAuthenticated: whether the registry accepted the credential.
    package func noteSuccess(
        of use: ContentUse, isContent: Bool, isAuthenticated: Bool = true, on repository: Repository, by caller: Caller
    ) async throws {
        let now = clock.now()
        let key = UseKey(of: repository, use, by: caller)
        guard isContent, use != .delete, lastUses.session(of: key, at: clock.instant()) == nil else {
            return try await note(.success(use, isAuthenticated: isAuthenticated), on: repository)
        }
        let lastUse = Repository.Use(date: now, account: caller.origin.user)
        let session = TimedSession(began: clock.instant())
        try await lastUses.begin(key, at: session.began) {
            let isSaved = try await save(.success(use, isAuthenticated: isAuthenticated), on: repository) {
                try $0.note(lastUse, ofPush: use == .push, on: repository.id)
            }
            return isSaved ? session : nil
        }
    }

    /// Stores that the registry denied a use (403). The state and the other grants of the credential are unchanged.
    package func noteDenied(_ use: ContentUse, on repository: Repository) async throws {
        try await note(.denied(use), on: repository)
    }

    /// Stores that the registry refused the login (401).
    ///
    /// - Parameters:
    ///   - isConfirmed: whether the registry refused the same login some seconds earlier. Otherwise the repository is queued for
    ///     ``refusedLoginsToConfirm()``, unless the policy is ``VerificationPolicy/skip``.
    ///   - isOfLogin: whether the registry also refused the login for another repository and has accepted it for none in between.
    package func noteRefusedLogin(_ reason: ErrorText, isConfirmed: Bool, isOfLogin: Bool, on repository: Repository) async throws {
        if isConfirmed {
            try await note(.refusedLogin(reason: Verification.rejection(reason)), on: repository)
        } else if verificationPolicy != .skip {
            refusedLogins.add(repository, at: clock.reading())
        }
    }

    /// Stores a finding if it changes the verification. A cached repository avoids the read.
    private func note(_ finding: UseFinding, on repository: Repository) async throws {
        let (name, namespace) = (repository.name, repository.namespace)
        let place = GatewayReadCache.Place(name: name, namespace: namespace)
        if let current = store.cachedValue(of: place, in: readCache.repositories), !changes(finding, current, for: repository) { return }
        // The store does nothing for a cancelled task, and a client that disconnects cancels this one.
        try await Task {
            let current = try await store.value(of: place, in: readCache.repositories, with: ServerGrant.background) {
                try $0.repository(name, in: namespace)
            }
            guard let current, changes(finding, current, for: repository) else { return }
            _ = try await save(finding, on: repository) { _ in }
        }.value
    }

    /// - Parameter repository: the repository as it was used.
    private func changes(_ finding: UseFinding, _ current: Repository, for repository: Repository) -> Bool {
        current.isSameVersion(as: repository) && apply(finding, to: current.verification, of: repository) != current.verification
    }

    /// - Returns: false if the repository was removed or updated.
    private func save(
        _ finding: UseFinding, on repository: Repository, _ body: @escaping @Sendable (any StoreWriter) throws -> Void
    ) async throws -> Bool {
        let now = clock.now()
        let action = background(repository, started: now)
        if case .success = finding { unreachableRegistries.end(repository.name.authority) }
        let change: VerificationChange? = try await store.write(with: ServerGrant.background) { writer in
            let change = try writer.changeVerification(of: repository) { apply(finding, to: $0, of: repository) }
            guard let change else { return nil }
            if change.isOfState {
                try writer.record(action)
                try writer.noteReached(repository.name.authority)
                try writer.makeOthersDue(after: change.recoveries, at: now)
            }
            try body(writer)
            return change
        }
        if let change { note(change.recoveries) }
        return change != nil
    }

    private func apply(_ finding: UseFinding, to before: Verification, of repository: Repository) -> Verification {
        let now = clock.now()
        let after = finding.applied(to: before, hasCredential: repository.credential != nil, at: now)
        // A finding about the state counts as a verification, so the next one is scheduled hours later.
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

/// A conclusion from the registry's response to a use.
enum UseFinding: Hashable, Sendable {
    /// - isAuthenticated: whether the registry accepted the credential.
    case success(ContentUse, isAuthenticated: Bool = true)
    case denied(ContentUse)
    /// The registry refused the login twice, some seconds apart.
    case refusedLogin(reason: String)

    /// The verification with the finding applied and the schedule unchanged; the same value if the finding adds nothing.
    ///
    /// - Parameter hasCredential: whether the repository has a credential.
    func applied(to before: Verification, hasCredential: Bool, at now: Date) -> Verification {
        var after = before
        switch self {
        case .success(let use, let isAuthenticated):
            (after.state, after.isAccepted) = (.verified, before.isAccepted || hasCredential && isAuthenticated)
            after.stateBefore = nil
            after.granted.set(.yes, for: use)
            guard after != before else { return before }
            (after.reason, after.checked) = (nil, now)
        case .denied(let use):
            after.granted.set(.no, for: use)
        case .refusedLogin(let reason):
            (after.state, after.reason, after.granted, after.isAccepted) = (.rejected, reason, Grants(), false)
            after.stateBefore = before.resumableState
            guard after != before else { return before }
            after.checked = now
        }
        return after
    }
}

extension Grants {
    /// Deletion has no grant.
    fileprivate mutating func set(_ grant: Grant, for use: ContentUse) {
        switch use {
        case .pull: pull = grant
        case .push: push = grant
        case .delete: break
        }
    }
}
