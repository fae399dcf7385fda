import NIOCore

extension Call {
    /// A check that is repeated while a request runs, and ends the request when it fails.
    package struct Condition: Sendable {
        let interval: Duration
        let check: @Sendable () async throws -> Void

        package init(every interval: Duration, check: @escaping @Sendable () async throws -> Void) {
            self.interval = interval
            self.check = check
        }
    }

    /// Does what may take long without a word to the client, which would tell whether it is there, and cancels it within half
    /// a second after the client has left. The error is then a `CancellationError`.
    ///
    /// - Parameter condition: is checked now and then; where it throws, the body is cancelled, and that is the error.
    package func whileClientIsThere<Value: Sendable>(
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

    /// Whether the client has closed the connection, or its side of it: clients of registries do that only when they want nothing more.
    private func hasClientLeft() async -> Bool {
        let answer = channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.handler(type: ReadTimeoutHandler.self).hasClientLeft
        }
        // A connection that is closed has no handlers any more.
        return (try? await answer.get()) ?? !channel.isActive
    }
}
