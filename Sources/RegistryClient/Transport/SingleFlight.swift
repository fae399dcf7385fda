import Synchronization

/// Performs work once for simultaneous callers: all of them receive its result. It continues as long as one of them waits, and is cancelled
/// with the last.
///
/// A result also serves callers that arrived before the work started, even if it has finished since.
package final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Continuation = CheckedContinuation<Value, any Error>

    private struct Flight {
        let id: Int
        let start: ContinuousClock.Instant
        var task: Task<Void, Never>?
        var waiting: [Int: Continuation] = [:]
    }

    private struct FinishedFlight {
        let id: Int
        let start: ContinuousClock.Instant
        let value: Value
    }

    private struct State {
        var flights: [Key: Flight] = [:]
        /// Results that are retained for a while.
        var finished: [Key: FinishedFlight] = [:]
        var lastID = 0
        /// Callers that were cancelled before they suspended.
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    private let retention: Duration

    /// - Parameter retention: how long a result is retained for callers that arrived before the work started.
    package init(retention: Duration = .zero) {
        self.retention = retention
    }

    /// - Parameter arrival: the time of the caller's arrival; nil for now.
    /// - Throws: the error of the work, or a `CancellationError` if the caller's own task is cancelled.
    package func value(
        for key: Key, since arrival: ContinuousClock.Instant? = nil, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        if let arrival, let finished = state.withLock({ $0.finished[key] }), finished.start >= arrival { return finished.value }
        let caller = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        defer { state.withLock { _ = $0.cancelled.remove(caller) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if !join(key, as: caller, continuation, work) { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            leave(key, caller)
        }
    }

    /// - Returns: false if the caller was cancelled already.
    private func join(
        _ key: Key, as caller: Int, _ continuation: Continuation, _ work: @escaping @Sendable () async throws -> Value
    ) -> Bool {
        state.withLock { state in
            guard !state.cancelled.contains(caller) else { return false }
            if state.flights[key] == nil {
                let id = caller
                let task = Task { [self] in
                    let result: Result<Value, any Error>
                    do { result = .success(try await work()) } catch { result = .failure(error) }
                    land(key, id, result)
                }
                state.flights[key] = Flight(id: id, start: .now, task: task)
            }
            state.flights[key]?.waiting[caller] = continuation
            return true
        }
    }

    private func land(_ key: Key, _ id: Int, _ result: Result<Value, any Error>) {
        let flight = state.withLock { state -> Flight? in
            guard state.flights[key]?.id == id, let flight = state.flights.removeValue(forKey: key) else { return nil }
            if retention > .zero, case .success(let value) = result {
                state.finished[key] = FinishedFlight(id: id, start: flight.start, value: value)
            }
            return flight
        }
        if retention > .zero { Task { await forget(key, id) } }
        for continuation in flight?.waiting.values ?? [:].values { continuation.resume(with: result) }
    }

    private func forget(_ key: Key, _ id: Int) async {
        try? await Task.sleep(for: retention)
        state.withLock { if $0.finished[key]?.id == id { $0.finished[key] = nil } }
    }

    private func leave(_ key: Key, _ caller: Int) {
        let (continuation, task) = state.withLock { state -> (Continuation?, Task<Void, Never>?) in
            guard let continuation = state.flights[key]?.waiting.removeValue(forKey: caller) else {
                state.cancelled.insert(caller)
                return (nil, nil)
            }
            guard state.flights[key]?.waiting.isEmpty == true else { return (continuation, nil) }
            return (continuation, state.flights.removeValue(forKey: key)?.task)
        }
        task?.cancel()
        continuation?.resume(throwing: CancellationError())
    }
}
