/// A piece of work did not end in time.
struct DeadlineExceeded: Error {}

/// Cancels the work after a time.
func withDeadline<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw DeadlineExceeded()
        }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
