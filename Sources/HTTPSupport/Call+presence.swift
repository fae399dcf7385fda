import NIOCore

extension Call {
    /// Does what may take long without a word to the client, which would tell whether it is there, and cancels it within about a second
    /// after it has gone.
    package func whileClientIsThere(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                repeat { try await Task.sleep(for: .seconds(1)) } while await !hasClientLeft()
                return false
            }
            let isDone = try await group.next() ?? false
            group.cancelAll()
            guard isDone else { throw CancellationError() }
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
