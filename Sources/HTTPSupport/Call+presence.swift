import NIOCore

extension Call {
    /// Does what may take long without a word to the client, which would tell whether it is there, and cancels it within half
    /// a second after the client has left. The error is then a `CancellationError`.
    package func whileClientIsThere<Value: Sendable>(_ body: @escaping @concurrent @Sendable () async throws -> Value) async throws -> Value
    {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            defer { group.cancelAll() }
            group.addTask(operation: body)
            group.addTask {
                repeat { try await Task.sleep(for: .milliseconds(250)) } while await !self.hasClientLeft()
                return nil
            }
            guard let value = try await group.next() ?? nil else { throw CancellationError() }
            return value
        }
    }

    /// Whether the client has closed the connection, or its side of it: clients of registries do that only when they want nothing more.
    private func hasClientLeft() async -> Bool {
        let answer = channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.handler(type: IncomingBytes.self).hasClientLeft
        }
        // A connection that is closed has no handlers any more.
        return (try? await answer.get()) ?? !channel.isActive
    }
}
