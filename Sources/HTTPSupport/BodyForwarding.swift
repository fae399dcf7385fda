import Hummingbird
package import NIOCore
import Synchronization

extension Call {
    /// An event of the task that reads a body.
    package enum BodyEvent: Sendable {
        case part(ByteBuffer)
        case end
        /// The client did not send the whole body, and cannot send the rest.
        case failed(any Error)
    }

    /// Starts the one task that reads the body until the body ends or the client disconnects, even after the request has failed.
    /// ``RootResponder`` returns to the HTTP server only after that task has finished: two readers of one connection crash the process.
    ///
    /// - Parameter take: receives each event and suspends while no more should be read. It must discard parts at once when they are not
    ///   needed any more.
    package func forwardBody(_ take: @escaping @Sendable (BodyEvent) async -> Void) {
        bodyReading.start { [body] in
            do {
                for try await part in body { await take(.part(part)) }
                // The sequence also ends when its task is cancelled.
                try Task.checkCancellation()
                await take(.end)
            } catch {
                await take(.failed(error))
            }
        }
    }
}
