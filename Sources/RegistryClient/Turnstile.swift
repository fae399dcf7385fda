import Naming
import Synchronization

/// Lets a few through for each registry at a time; the others wait in line. A registry that hangs holds up those who ask
/// that registry, and nobody else.
final class Turnstile: Sendable {
    private struct Line {
        var inside = 0
        /// In the order in which they came.
        var waiting: [(id: Int, ticket: CheckedContinuation<Void, any Error>)] = []
    }

    private struct State {
        var lines: [RegistryAuthority: Line] = [:]
        var lastID = 0
        /// Those who were told to go before they stood in line.
        var gone: Set<Int> = []
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// How many wait for a registry.
    func waiting(for authority: RegistryAuthority) -> Int {
        state.withLock { $0.lines[authority]?.waiting.count ?? 0 }
    }

    /// Throws a `CancellationError` where the task is cancelled while it waits.
    func pass<Value>(_ authority: RegistryAuthority, _ body: () async throws -> Value) async throws -> Value {
        try await enter(authority)
        defer { leave(authority) }
        return try await body()
    }

    private func enter(_ authority: RegistryAuthority) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        defer { state.withLock { _ = $0.gone.remove(id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { ticket in
                switch admit(id, ticket, to: authority) {
                case nil: break
                case true?: ticket.resume()
                case false?: ticket.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            cancel(id, authority)
        }
    }

    /// - Returns: whether to go in; nil for waiting.
    private func admit(_ id: Int, _ ticket: CheckedContinuation<Void, any Error>, to authority: RegistryAuthority) -> Bool? {
        state.withLock { state in
            guard !state.gone.contains(id) else { return false }
            var line = state.lines[authority] ?? Line()
            defer { state.lines[authority] = line }
            guard line.inside >= limit else {
                line.inside += 1
                return true
            }
            line.waiting.append((id, ticket))
            return nil
        }
    }

    private func cancel(_ id: Int, _ authority: RegistryAuthority) {
        let ticket: CheckedContinuation<Void, any Error>? = state.withLock { state in
            state.gone.insert(id)
            guard let index = state.lines[authority]?.waiting.firstIndex(where: { $0.id == id }) else { return nil }
            return state.lines[authority]?.waiting.remove(at: index).ticket
        }
        ticket?.resume(throwing: CancellationError())
    }

    /// The place goes to the first in line, without becoming free in between.
    private func leave(_ authority: RegistryAuthority) {
        let next: CheckedContinuation<Void, any Error>? = state.withLock { state in
            guard var line = state.lines[authority] else { return nil }
            defer { state.lines[authority] = line.inside == 0 ? nil : line }
            guard line.waiting.isEmpty else { return line.waiting.removeFirst().ticket }
            line.inside -= 1
            return nil
        }
        next?.resume()
    }
}
