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
        if case .own(let begun) = caller.begun.attempt { return begun.ended(.success, nil, at: clock.now()) }
        return Action(
            id: makeID(), namespace: namespace, kind: kind, object: object, state: .success, started: started, ended: clock.now(),
            origin: caller.origin)
    }

    func action(_ kind: Action.Kind, on repository: Repository, started: Date, by caller: Caller) -> Action {
        action(kind, on: .repository(repository.name), in: repository.namespace, started: started, by: caller)
    }

    /// Records that a credential is about to be used, once per call. If that fails, the credential is not used.
    func begin(_ action: Action, by caller: Caller) async throws {
        guard caller.begun.attempt == nil else { return }
        var action = action
        action.state = .inProgress
        caller.begun.attempt = try await uses.begin(action)
    }

    /// Records that a call failed. Beyond a rate limit, failures are only counted.
    ///
    /// The message is recorded for denials only, because others may repeat a secret that was typed by mistake.
    ///
    /// - Parameters:
    ///   - object: the object of the call; nil if it has none.
    ///   - path: the path of the object, for an attempt in a namespace that the caller has no part in; nil for the path of the request.
    package func recordFailure(
        _ kind: Action.Kind, _ error: RequestError, on object: Action.Object? = nil, at path: String? = nil,
        in requested: NamespaceName?, by caller: Caller
    ) async throws {
        let now = clock.now()
        let reason = if case .forbidden(let message) = error { message } else { String?.none }
        if case .own(let begun) = caller.begun.attempt {
            let failed = begun.ended(.failed, reason, status: error.status, at: now)
            return uses.endsFailure(failed) ? try await store.record(failed) : ()
        }
        let place = try await trailPlace(of: object, at: path, in: requested, by: caller)
        let action = Action(
            id: makeID(), namespace: place.namespace, kind: kind, object: place.object, state: .failed, status: error.status,
            reason: reason,
            started: now, ended: now, origin: caller.origin)
        if case .covered = caller.begun.attempt { return uses.leaveOut(action) }
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

/// The attempt of a call to use a credential, if it was recorded.
final class BegunAction: Sendable {
    private let begun = Mutex<BegunAttempt?>(nil)

    var attempt: BegunAttempt? {
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
        case summary(Action)
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

    /// Stores the present number of failures that were only counted.
    func add(summary action: Action) { add(.summary(action)) }

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
                case .summary(let action): try writer.recordSummary(action)
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
