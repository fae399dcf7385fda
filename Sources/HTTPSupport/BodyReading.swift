import Hummingbird
import NIOCore
import Synchronization

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

    /// Cancels the task and returns when it has finished. The connection's own limits bound the wait, as they do for a slow client.
    func end() async {
        guard let task = task.withLock({ $0 }) else { return }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
