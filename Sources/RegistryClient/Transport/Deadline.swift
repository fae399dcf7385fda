package import NIOCore

/// Performs work, and cancels it at a deadline.
///
/// - Throws: the error of the work, or ``TransportError/timedOut``.
package func beforeDeadline<Value: Sendable>(
    _ deadline: NIODeadline, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: .nanoseconds((deadline - .now()).nanoseconds))
            throw TransportError.timedOut
        }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
