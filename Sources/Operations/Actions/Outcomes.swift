import Domain
import Storage
import Synchronization

/// Stores the outcomes of actions a little later, many in one transaction, so that no response waits for them.
///
/// A store that fails is tried again; nothing that was recorded in progress says meanwhile that it succeeded.
final class Outcomes: Sendable {
    private struct State {
        /// Actions to be recorded, or whose outcome is to be stored, in the order in which they came.
        var waiting: [Entry] = []
        var writer: Task<Void, Never>?
    }

    private enum Entry: Sendable {
        case outcome(Action)
        case action(Action)
    }

    private let state = Mutex(State())
    private let store: GuardedStore

    /// How long an outcome waits for others.
    private static let pause = Duration.milliseconds(50)
    /// Between two attempts to write to a store that fails.
    private static let patience = Duration.seconds(1)
    private static let batch = 500
    /// Beyond it, outcomes are dropped: their actions stay in progress, and are unknown after the next start.
    private static let capacity = 20_000

    init(_ store: GuardedStore) {
        self.store = store
    }

    /// Stores the outcome of an action that was recorded in progress.
    func add(outcomeOf action: Action) { add(.outcome(action)) }

    /// Records an action that has ended.
    func add(_ action: Action) { add(.action(action)) }

    private func add(_ entry: Entry) {
        state.withLock { state in
            if state.waiting.count < Self.capacity { state.waiting.append(entry) }
            if state.writer == nil { state.writer = Task { await self.writeAll() } }
        }
    }

    private func writeAll() async {
        try? await Task.sleep(for: Self.pause)
        while !Task.isCancelled, let batch = next() {
            do {
                try await write(batch)
            } catch {
                try? await Task.sleep(for: Self.patience)
            }
        }
    }

    /// - Returns: nil if nothing waits, so that the next one to be added begins anew.
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

    /// Stores at once what was added until now.
    func finish() async throws {
        let writer = state.withLock { $0.writer }
        writer?.cancel()
        await writer?.value
        while let batch = next() { try await write(batch) }
    }
}
