import Domain
import NIOCore
import NIOPosix
import Synchronization

/// Runs look-ups on threads of their own. A caller waits until its deadline. A look-up cannot be cancelled, so each host has at most one, on one
/// thread. The threads are shared among accounts: one whose name server is silent
/// holds no more than its share.
final class LookupThreads: Sendable {
    typealias Lookup = @Sendable (String) throws -> [IPAddress]

    private let threads: NIOThreadPool
    private let limiter: FairLimiter
    private let state = Mutex(State())

    private struct State {
        var running: [String: EventLoopFuture<[IPAddress]>] = [:]
        var isShutDown = false
    }

    init(_ limiter: FairLimiter) {
        self.limiter = limiter
        threads = NIOThreadPool(numberOfThreads: limiter.limits.total)
    }

    /// Threads that still run when nobody holds them any more are a programming error to the library.
    deinit {
        shutdown()
    }

    func shutdown() {
        state.withLock { $0.isShutDown = true }
        threads.shutdownGracefully { _ in }
    }

    /// Throws what the look-up throws, ``TransportError/timedOut``, ``LimitReached`` or a `CancellationError`.
    func run(_ host: String, for requester: Requester, deadline: NIODeadline, _ lookup: @escaping Lookup) async throws -> [IPAddress] {
        if let future = running(host) { return try await Self.value(of: future, before: deadline) }
        // Before the caller's own deadline, so that the error names the limit.
        let permit = try await limiter.acquire(for: requester, before: deadline - .milliseconds(200))
        return try await Self.value(of: start(host, holding: permit, lookup), before: deadline)
    }

    private func running(_ host: String) -> EventLoopFuture<[IPAddress]>? { state.withLock { $0.running[host] } }

    /// The permit is held for as long as the thread is.
    private func start(_ host: String, holding permit: FairLimiter.Permit, _ lookup: @escaping Lookup) -> EventLoopFuture<[IPAddress]> {
        let (future, isNew) = state.withLock { state in
            if let future = state.running[host] { return (future, false) }
            // Most who make these threads never look anything up.
            if !state.isShutDown { threads.start() }
            let future = threads.runIfActive(eventLoop: MultiThreadedEventLoopGroup.singleton.any()) { try lookup(host) }
            state.running[host] = future
            return (future, true)
        }
        if isNew {
            future.whenComplete { [self] _ in
                state.withLock { $0.running[host] = nil }
                permit.release()
            }
        }
        return future
    }

    private static func value(of future: EventLoopFuture<[IPAddress]>, before deadline: NIODeadline) async throws -> [IPAddress] {
        // Fulfilled by whatever comes first: a promise takes the first value only.
        let answer = future.eventLoop.makePromise(of: [IPAddress].self)
        let timer = future.eventLoop.scheduleTask(deadline: deadline) { answer.fail(TransportError.timedOut) }
        defer { timer.cancel() }
        future.cascade(to: answer)
        return try await withTaskCancellationHandler {
            try await answer.futureResult.get()
        } onCancel: {
            answer.fail(CancellationError())
        }
    }
}
