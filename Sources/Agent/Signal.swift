import Synchronization

/// A flag that any task sets and one task waits for.
final class Signal: Sendable {
    private struct State {
        var isSet = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func set() {
        let waiter = state.withLock { state in
            state.isSet = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits until the flag is set, and clears it.
    /// - Returns: whether it was set; false after the time.
    func wait(upTo limit: Duration) async throws -> Bool {
        if take() { return true }
        guard limit > .zero else { return false }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitUntilSet() }
            group.addTask { try await Task.sleep(for: limit) }
            defer { group.cancelAll() }
            try await group.next()
        }
        try Task.checkCancellation()
        return take()
    }

    /// Waits for the end of a burst.
    func waitForQuiet(_ pace: Pace) async throws {
        let end = ContinuousClock.now + pace.longestQuiet
        while ContinuousClock.now < end {
            guard try await wait(upTo: min(pace.quiet, end - .now)) else { return }
        }
    }

    private func take() -> Bool {
        state.withLock { state in
            defer { state.isSet = false }
            return state.isSet
        }
    }

    private func waitUntilSet() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if state.isSet || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}
