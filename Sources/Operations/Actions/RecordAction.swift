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

    /// Records that a call came to nothing, and how it was answered. It goes to the namespace that was meant, where the caller
    /// has a part in that, and else to the caller's own: nobody writes into other people's trails.
    package func recordFailure(
        _ kind: Action.Kind, status: Int, in requested: NamespaceName?, by caller: Caller
    ) async throws {
        let now = clock.now()
        let meant = requested ?? caller.identity.home
        let hasPart = try await permission(of: caller, in: meant) != nil
        let namespace = hasPart ? meant : caller.identity.account.name.namespace
        var action =
            caller.begun.action
            ?? Action(
                id: makeID(), namespace: namespace, kind: kind, object: .path(caller.origin.path), state: .failed, started: now, ended: now,
                origin: caller.origin)
        (action.state, action.status, action.ended) = (.failed, status, now)
        try await store.record(action)
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
