import Hummingbird
package import NIOCore
import Synchronization

extension Call {
    /// An event of the task that reads a body.
    package enum BodyEvent: Sendable {
        case part(ByteBuffer)
        case end
        /// The client has not sent the whole body, and never will.
        case failed(any Error)
    }

    /// Starts the one task that reads the body, to its end or the client's, whatever becomes of the request meanwhile. ``RootResponder`` returns
    /// to the HTTP server only after that task has ended: two readers of one connection end the process.
    ///
    /// - Parameter take: waits while no more should be read. It must discard parts without waiting once they are no longer needed.
    package func forwardBody(_ take: @escaping @Sendable (BodyEvent) async -> Void) {
        bodyReading.start { [body] in
            do {
                for try await part in body { await take(.part(part)) }
                // The sequence also ends where its task is cancelled.
                try Task.checkCancellation()
                await take(.end)
            } catch {
                await take(.failed(error))
            }
        }
    }
}

/// The task that reads the body of one request; most requests have none.
final class BodyReading: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    var hasStarted: Bool { task.withLock { $0 != nil } }

    func start(_ read: @escaping @Sendable () async -> Void) {
        task.withLock { task in
            precondition(task == nil, "a body is read once")
            task = Task { await read() }
        }
    }

    /// Returns when the task has ended. The connection's own limits end it, as they end a client that is slow to send the rest.
    func end() async {
        guard let task = task.withLock({ $0 }) else { return }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
