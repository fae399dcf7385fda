import Domain
import FoundationEssentials
import Naming
import Storage
import Synchronization

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
        case revision(Action)
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

    /// Replaces a recorded action: the number of failures that were only counted, or the reference of a pull.
    func add(revised action: Action) { add(.revision(action)) }

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
                case .action(let action):
                    // Stored already, if a write succeeded that seemed to fail. Its batch would never be stored otherwise.
                    do { try writer.record(action) } catch StoreError.stale {}
                case .revision(let action): try writer.revise(action)
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
