package import Domain
import FoundationEssentials
package import Naming
import Storage
import Synchronization

extension Backend {
    /// The action of a change that is about to be written. The transaction of the change stores it.
    func action(
        _ kind: Action.Kind, on object: Action.Object, in namespace: NamespaceName, started: Date, by caller: Caller
    ) -> Action {
        Action(
            id: makeID(), namespace: namespace, kind: kind, object: object, state: .success, started: started, ended: clock.now(),
            origin: caller.origin)
    }

    func action(_ kind: Action.Kind, on repository: Repository, started: Date, by caller: Caller) -> Action {
        action(kind, on: .repository(repository.name), in: repository.namespace, started: started, by: caller)
    }

    /// Records that a credential is about to be used. If that fails, the credential is not used.
    func begin(_ action: Action) async throws -> BegunAttempt {
        var action = action
        action.state = .inProgress
        return try await uses.begin(action)
    }

    /// Runs a part of a call. Its errors carry the attempt, so that ``recordFailure(_:status:reason:of:on:at:in:by:)`` completes it.
    func carrying<Value>(_ attempt: BegunAttempt?, _ body: () async throws -> Value) async throws -> Value {
        guard let attempt else { return try await body() }
        do {
            return try await body()
        } catch {
            throw FailedAttempt(error: error, attempt: attempt)
        }
    }

    /// Records that a call failed. Beyond a rate limit, failures are only counted.
    ///
    /// - Parameters:
    ///   - reason: the message of the error; nil if it may contain a secret.
    ///   - attempt: the recorded use of a credential that failed; nil if none was recorded.
    ///   - object: the object of the call; nil if it has none.
    ///   - path: the path of the object, for an attempt in a namespace that the caller has no part in; nil for the path of the request.
    package func recordFailure(
        _ kind: Action.Kind, status: Int, reason: String? = nil, of attempt: FailedAttempt? = nil, on object: Action.Object? = nil,
        at path: String? = nil, in requested: NamespaceName?, by caller: Caller
    ) async throws {
        let now = clock.now()
        if case .own(let begun)? = attempt?.attempt {
            let failed = begun.ended(.failed, reason, status: status, at: now)
            return uses.endsFailure(failed) ? try await store.record(failed) : ()
        }
        let place = try await trailPlace(of: object, at: path, in: requested, by: caller)
        let action = Action(
            id: makeID(), namespace: place.namespace, kind: kind, object: place.object, state: .failed, status: status,
            reason: reason,
            started: now, ended: now, origin: caller.origin)
        if case .covered? = attempt?.attempt { return uses.leaveOut(action) }
        if uses.admits(action) { try await store.record(action) } else { uses.leaveOut(action) }
    }

    /// The namespace in whose trail a failed attempt is recorded, and its object there. An object of a namespace that the caller has no
    /// part in is a path, because objects are named within the namespace of their action.
    func trailPlace(
        of object: Action.Object?, at path: String? = nil, in requested: NamespaceName?, by caller: Caller
    ) async throws -> (namespace: NamespaceName, object: Action.Object) {
        let namespace = try await trailNamespace(requested, of: caller)
        let isMeant = namespace == requested ?? caller.identity.home
        return (namespace, (isMeant ? object : nil) ?? .path(path ?? caller.origin.path))
    }

    /// The namespace in whose trail a failed attempt is recorded: the requested one if the caller has a permission in it, and otherwise the
    /// caller's own. Nobody can write into the trails of others.
    func trailNamespace(_ requested: NamespaceName?, of caller: Caller) async throws -> NamespaceName {
        let meant = requested ?? caller.identity.home
        return try await permission(of: caller, in: meant) != nil ? meant : caller.identity.account.name.namespace
    }

    /// Completes pulls and pushes that are over, and stores the number of failures that were only counted.
    ///
    /// - Parameter isLast: whether the server shuts down, so that everything is stored now.
    package func catchUpTrail(isLast: Bool = false) async throws { try await uses.catchUp(isLast: isLast) }

    /// Stores the pending outcomes of uses at once.
    package func writeOutcomes() async throws { try await uses.finish() }

    /// Completes the actions that an earlier process left in progress, with an unknown outcome.
    package func endLostActions() async throws {
        while true {
            let lost = try await store.read(with: ServerGrant.background) { try $0.actionsInProgress(limit: 500) }
            guard !lost.isEmpty else { return }
            try await store.write(with: ServerGrant.background) { writer in
                for var action in lost {
                    (action.state, action.reason) = (.unknown, "the server ended before the outcome was stored")
                    try writer.end(action)
                }
            }
        }
    }
}
