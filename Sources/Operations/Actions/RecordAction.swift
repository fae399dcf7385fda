package import Domain
import FoundationEssentials
package import Naming
import Storage
import Synchronization

extension Backend {
    /// The action of a change that is about to be written. It is stored by the same transaction as the change.
    func action(
        _ kind: Action.Kind, on object: Action.Object, in namespace: NamespaceName, started: Date, by caller: Caller
    ) -> Action {
        if var begun = caller.begun.action {
            (begun.state, begun.ended) = (.success, clock.now())
            return begun
        }
        return Action(
            id: makeID(), namespace: namespace, kind: kind, object: object, state: .success, started: started, ended: clock.now(),
            origin: caller.origin)
    }

    func action(_ kind: Action.Kind, on repository: Repository, started: Date, by caller: Caller) -> Action {
        action(kind, on: .repository(repository.name), in: repository.namespace, started: started, by: caller)
    }

    /// Records that a credential is about to be used, once in a call: what cannot be recorded does not happen.
    func begin(_ action: Action, by caller: Caller) async throws {
        guard caller.begun.action == nil else { return }
        var action = action
        action.state = .inProgress
        try await store.record(action)
        caller.begun.action = action
    }

    /// Records that a call failed. Of too many failures in a short time, only the number is recorded; what was begun is ended in any case.
    ///
    /// The message is recorded of a denial only: others can repeat what somebody typed by mistake.
    package func recordFailure(_ kind: Action.Kind, _ error: RequestError, in requested: NamespaceName?, by caller: Caller) async throws {
        let now = clock.now()
        let reason = if case .forbidden(let message) = error { message } else { String?.none }
        guard var action = caller.begun.action else {
            let action = Action(
                id: makeID(), namespace: try await trailNamespace(requested, of: caller), kind: kind, object: .path(caller.origin.path),
                state: .failed, status: error.status, reason: reason, started: now, ended: now, origin: caller.origin)
            return uses.admitsFailure(action) ? try await store.record(action) : ()
        }
        (action.state, action.status, action.reason, action.ended) = (.failed, error.status, reason, now)
        try await store.record(action)
    }

    /// The namespace whose trail has a failed attempt: the one that was meant, if the caller has a part in it, and otherwise the caller's own.
    /// Nobody writes into other people's trails.
    func trailNamespace(_ requested: NamespaceName?, of caller: Caller) async throws -> NamespaceName {
        let meant = requested ?? caller.identity.home
        return try await permission(of: caller, in: meant) != nil ? meant : caller.identity.account.name.namespace
    }

    /// Ends pushes that are over, and records how many failures were left out.
    ///
    /// - Parameter isLast: whether the server ends, so that everything is stored now.
    package func catchUpTrail(isLast: Bool = false) async throws { try await uses.catchUp(isLast: isLast) }

    /// Stores the outcomes of the uses until now, which is otherwise done a moment later.
    package func writeOutcomes() async throws { try await uses.finish() }

    /// Ends the actions that an earlier process has left in progress: what became of them is not known.
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

/// The action that a call has begun and not brought to its end, if there is one.
final class BegunAction: Sendable {
    private let begun = Mutex<Action?>(nil)

    var action: Action? {
        get { begun.withLock { $0 } }
        set { begun.withLock { $0 = newValue } }
    }
}
