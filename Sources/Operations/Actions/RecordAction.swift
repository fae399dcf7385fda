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

    /// Records that a credential is about to be used, once per call. If that fails, the credential is not used.
    func begin(_ action: Action, by caller: Caller) async throws {
        guard caller.begun.action == nil else { return }
        var action = action
        action.state = .inProgress
        try await store.record(action)
        caller.begun.action = action
    }

    /// Records that a call failed. Beyond a rate limit, failures are only counted; an action in progress is always completed.
    ///
    /// The message is recorded for denials only, because others may repeat a secret that was typed by mistake.
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

    /// The namespace in whose trail a failed attempt is recorded: the requested one if the caller has a permission in it, and otherwise the
    /// caller's own. Nobody can write into the trails of others.
    func trailNamespace(_ requested: NamespaceName?, of caller: Caller) async throws -> NamespaceName {
        let meant = requested ?? caller.identity.home
        return try await permission(of: caller, in: meant) != nil ? meant : caller.identity.account.name.namespace
    }

    /// Completes expired pushes, and records the summaries of failures that were only counted.
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

/// The action in progress of a call, if there is one.
final class BegunAction: Sendable {
    private let begun = Mutex<Action?>(nil)

    var action: Action? {
        get { begun.withLock { $0 } }
        set { begun.withLock { $0 = newValue } }
    }
}

/// Stores the outcomes of actions in batches, so that no response waits for them.
///
/// A failed write is retried. Until it succeeds, the actions stay in progress.
final class Outcomes: Sendable {
    private struct State {
        /// Actions to be recorded or completed, in the order of arrival.
        var waiting: [Entry] = []
        var writer: Task<Void, Never>?
    }

    private enum Entry: Sendable {
        case outcome(Action)
        case action(Action)
    }

    private let state = Mutex(State())
    private let store: GuardedStore

    /// The time that an outcome waits for others to form a batch.
    private static let batchDelay = Duration.milliseconds(50)
    /// The time between two attempts to write to a failing store.
    private static let retryDelay = Duration.seconds(1)
    private static let batch = 500
    /// Beyond this number, outcomes are dropped. Their actions stay in progress, and become unknown at the next start.
    private static let capacity = 20_000

    init(_ store: GuardedStore) {
        self.store = store
    }

    /// Stores the outcome of an action that was recorded in progress.
    func add(outcomeOf action: Action) { add(.outcome(action)) }

    /// Records a completed action.
    func add(_ action: Action) { add(.action(action)) }

    private func add(_ entry: Entry) {
        state.withLock { state in
            if state.waiting.count < Self.capacity { state.waiting.append(entry) }
            if state.writer == nil { state.writer = Task { await self.writeAll() } }
        }
    }

    private func writeAll() async {
        try? await Task.sleep(for: Self.batchDelay)
        while !Task.isCancelled, let batch = next() {
            do {
                try await write(batch)
            } catch {
                try? await Task.sleep(for: Self.retryDelay)
            }
        }
    }

    /// - Returns: nil if nothing is pending; the next entry then starts a new writer.
    private func next() -> [Entry]? {
        state.withLock { state in
            if state.waiting.isEmpty { state.writer = nil }
            return state.waiting.isEmpty ? nil : Array(state.waiting.prefix(Self.batch))
        }
    }

    private func write(_ batch: [Entry]) async throws {
        try await store.write(with: ServerGrant.background) { writer in
            for entry in batch {
                switch entry {
                case .outcome(let action): try writer.end(action)
                case .action(let action): try writer.record(action)
                }
            }
        }
        state.withLock { $0.waiting.removeFirst(batch.count) }
    }

    /// Stores all pending entries at once.
    func finish() async throws {
        let writer = state.withLock { $0.writer }
        writer?.cancel()
        await writer?.value
        while let batch = next() { try await write(batch) }
    }
}
