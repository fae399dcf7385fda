package import Domain
import Glibc
package import NIOCore
import NIOPosix
import Synchronization

/// Finds the addresses of a host.
package protocol AddressResolver: Sendable {
    /// - Returns: all addresses, at least one, in the order in which to try them.
    func addresses(of host: String, deadline: NIODeadline, for requester: Requester) async throws(TransportError) -> [IPAddress]
    func shutdown()
}

/// The system's resolver, which uses `/etc/hosts` and DNS.
package final class SystemResolver: AddressResolver {
    /// A name server that does not respond blocks a thread until the system's own timeout; many such names must not delay the look-ups of
    /// others.
    private let lookups: LookupThreads

    /// - Parameter limiter: shares the threads among accounts.
    package init(limiter: FairLimiter) {
        lookups = LookupThreads(limiter)
    }

    package func shutdown() {
        lookups.shutdown()
    }

    package func addresses(of host: String, deadline: NIODeadline, for requester: Requester) async throws(TransportError) -> [IPAddress] {
        do {
            let addresses = try await lookups.run(host, for: requester, deadline: deadline, SystemLookup.addresses)
            guard !addresses.isEmpty else { throw TransportError.unknownHost }
            return addresses
        } catch let limit as LimitReached {
            throw .limited(limit)
        } catch {
            throw error as? TransportError ?? .timedOut
        }
    }
}

/// Runs look-ups on threads of their own. A caller waits until its deadline. A look-up cannot be cancelled, so each host has at most one,
/// on one thread. The threads are shared among accounts: an account whose name server does not respond blocks no more than its share.
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

    /// NIO treats a thread pool that is deallocated before its shutdown as a programming error.
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

    /// The permit is held while the thread is in use.
    private func start(_ host: String, holding permit: FairLimiter.Permit, _ lookup: @escaping Lookup) -> EventLoopFuture<[IPAddress]> {
        let (future, isNew) = state.withLock { state in
            if let future = state.running[host] { return (future, false) }
            // The threads start with the first look-up: most instances never look up a name.
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
        // The first event completes the promise; later ones have no effect.
        let first = future.eventLoop.makePromise(of: [IPAddress].self)
        let timer = future.eventLoop.scheduleTask(deadline: deadline) { first.fail(TransportError.timedOut) }
        defer { timer.cancel() }
        future.cascade(to: first)
        return try await withTaskCancellationHandler {
            try await first.futureResult.get()
        } onCancel: {
            first.fail(CancellationError())
        }
    }
}

/// A look-up, which blocks its thread.
enum SystemLookup {
    /// `EAI_NODATA` and `EAI_ADDRFAMILY` of `netdb.h`, which the module Glibc does not expose.
    private static let noData: CInt = -5
    private static let wrongFamily: CInt = -9

    static func addresses(of host: String) throws(TransportError) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        // Otherwise each address is listed once for each socket type.
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        switch status {
        case 0: return Array(sequence(first: list, next: { $0?.pointee.ai_next }).compactMap { $0.flatMap { address($0.pointee) } })
        case EAI_NONAME, noData, wrongFamily:
            guard hasNoAddress(host, AF_INET), hasNoAddress(host, AF_INET6) else {
                throw .connection("the host name could not be looked up")
            }
            return []
        default: throw .connection("the host name could not be looked up")
        }
    }

    /// Whether the name server reports that the name does not exist, or has no address of this family. `getaddrinfo` returns the same
    /// status if the response for one family is empty and the response for the other is an error.
    private static func hasNoAddress(_ host: String, _ family: CInt) -> Bool {
        var entry = hostent()
        var found: UnsafeMutablePointer<hostent>?
        var failure: CInt = 0
        // A response that does not fit shows that there are addresses.
        var buffer = [CChar](repeating: 0, count: 8 << 10)
        let status = gethostbyname2_r(host, family, &entry, &buffer, buffer.count, &found, &failure)
        return status != ERANGE && found == nil && (failure == HOST_NOT_FOUND || failure == NO_DATA)
    }

    /// After the family, `sockaddr_in` has the port, and `sockaddr_in6` also the flow information
    /// (https://www.rfc-editor.org/rfc/rfc3493#section-3.3).
    private static func address(_ entry: addrinfo) -> IPAddress? {
        let name = UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
        switch entry.ai_family {
        case AF_INET: return IPAddress(bytes: name.dropFirst(4).prefix(4))
        case AF_INET6: return IPAddress(bytes: name.dropFirst(8).prefix(16))
        default: return nil
        }
    }
}
