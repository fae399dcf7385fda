import NIOCore

extension Call {
    /// A check that is repeated while a request runs. If it fails, the request fails.
    package struct Condition: Sendable {
        let interval: Duration
        let check: @Sendable () async throws -> Void

        package init(every interval: Duration, check: @escaping @Sendable () async throws -> Void) {
            self.interval = interval
            self.check = check
        }
    }

    /// Runs a long operation during which nothing is sent, so that a disconnect would go unnoticed. Cancels the operation within half a
    /// second after the client has disconnected, and then throws a `CancellationError`.
    ///
    /// - Parameter condition: checked periodically. If it throws, the operation is cancelled and that error is thrown.
    package func whileClientIsConnected<Value: Sendable>(
        and condition: Condition? = nil, _ body: @escaping @concurrent @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            defer { group.cancelAll() }
            group.addTask(operation: body)
            group.addTask {
                var next = condition.map { ContinuousClock.now + $0.interval }
                repeat {
                    try await Task.sleep(for: .milliseconds(250))
                    guard let condition, let due = next, ContinuousClock.now >= due else { continue }
                    try await condition.check()
                    next = ContinuousClock.now + condition.interval
                } while await !self.hasClientLeft()
                return nil
            }
            guard let value = try await group.next() ?? nil else { throw CancellationError() }
            return value
        }
    }

    /// Whether the client has closed the connection or its side of it. Registry clients half-close only when they need no response.
    private func hasClientLeft() async -> Bool {
        let hasLeft = channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.handler(type: ReadTimeoutHandler.self).hasClientLeft
        }
        // A closed connection has no handlers any more.
        return (try? await hasLeft.get()) ?? !channel.isActive
    }
}
