import Domain
import NIOCore
import NIOPosix
import Synchronization

/// Runs look-ups on threads of their own. Who waits for one waits no longer than he wants to; the look-up itself cannot be
/// stopped, so that those of one host are one, and hold one thread.
final class LookupThreads: Sendable {
    typealias Lookup = @Sendable (String) throws -> [IPAddress]

    private let threads: NIOThreadPool
    private let state = Mutex(State())

    private struct State {
        var running: [String: EventLoopFuture<[IPAddress]>] = [:]
        var isShutDown = false
    }

    init(count: Int) {
        threads = NIOThreadPool(numberOfThreads: count)
    }

    /// Threads that still run when nobody holds them any more are a programming error to the library.
    deinit {
        shutdown()
    }

    func shutdown() {
        state.withLock { $0.isShutDown = true }
        threads.shutdownGracefully { _ in }
    }

    /// Throws what the look-up throws, ``TransportError/timedOut``, or a `CancellationError`.
    func run(_ host: String, deadline: NIODeadline, _ lookup: @escaping Lookup) async throws -> [IPAddress] {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        // Fulfilled by whatever comes first: a promise takes the first value only.
        let answer = eventLoop.makePromise(of: [IPAddress].self)
        let timer = eventLoop.scheduleTask(deadline: deadline) { answer.fail(TransportError.timedOut) }
        defer { timer.cancel() }
        future(host, on: eventLoop, lookup).cascade(to: answer)
        return try await withTaskCancellationHandler {
            try await answer.futureResult.get()
        } onCancel: {
            answer.fail(CancellationError())
        }
    }

    private func future(_ host: String, on eventLoop: any EventLoop, _ lookup: @escaping Lookup) -> EventLoopFuture<[IPAddress]> {
        let (future, isNew) = state.withLock { state in
            if let future = state.running[host] { return (future, false) }
            // Most who make these threads never look anything up.
            if !state.isShutDown { threads.start() }
            let future = threads.runIfActive(eventLoop: eventLoop) { try lookup(host) }
            state.running[host] = future
            return (future, true)
        }
        if isNew { future.whenComplete { [self] _ in state.withLock { $0.running[host] = nil } } }
        return future
    }
}
