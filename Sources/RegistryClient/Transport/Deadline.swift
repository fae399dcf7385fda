package import NIOCore

/// Does what must end by a deadline, and cancels it then.
///
/// - Throws: what the work throws, or ``TransportError/timedOut``.
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
