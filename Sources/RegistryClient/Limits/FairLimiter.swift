package import NIOCore
import NIOPosix
package import Naming
import Synchronization

/// Limits simultaneous use: in total, for one account, for one registry, and for one account at one registry.
///
/// Requests beyond a limit wait. Those of one account for one registry are served in order. When capacity is released, the accounts take
/// turns, so that an account with a thousand requests delays another by one turn.
package final class FairLimiter: Sendable {
    package typealias Limits = FairLimits
    typealias Share = FairShare

    package let limits: Limits
    private let kind: LimitReached.Kind
    private let queue: Mutex<FairQueue>

    package init(_ kind: LimitReached.Kind, _ limits: Limits) {
        self.kind = kind
        self.limits = limits
        queue = Mutex(FairQueue(limits))
    }

    /// The number of waiting requests.
    package var waiting: Int { queue.withLock { $0.waitingCount } }

    /// Takes a share, and waits for it if necessary.
    ///
    /// - Parameters:
    ///   - amount: the used amount of the limits; reduced to the most that one account may use.
    ///   - registry: nil if the limits are not divided by registry.
    ///   - deadline: ends the wait if it is earlier than ``Limits/wait``.
    /// - Returns: the share; it is released when the permit is.
    /// - Throws: a `CancellationError`, or ``LimitReached`` after ``Limits/wait``.
    package func acquire(
        _ amount: Int = 1, for requester: Requester, at registry: RegistryAuthority? = nil, before deadline: NIODeadline = .distantFuture
    ) async throws -> Permit {
        let share = Share(requester: requester, registry: registry, amount: min(amount, limits.perAccount, limits.total))
        let id = queue.withLock { $0.enter(share) }
        guard let id else { return Permit(self, share) }
        let alarm = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(deadline: min(.now() + limits.wait, deadline)) { [self] in
            leave(id, because: .expired)
        }
        defer { alarm.cancel() }
        return try await withTaskCancellationHandler {
            switch await withCheckedContinuation({ continuation in
                let outcome = queue.withLock { $0.wait(id, continuation) }
                if let outcome { continuation.resume(returning: outcome) }
            }) {
            case .admitted: return Permit(self, share)
            case .cancelled: throw CancellationError()
            case .refused(let owner): throw LimitReached(kind, of: owner)
            }
        } onCancel: {
            leave(id, because: .cancelled)
        }
    }

    /// Takes a share without waiting; nil if none is free.
    package func acquireNow(_ amount: Int = 1, for requester: Requester) -> Permit? {
        let share = Share(requester: requester, registry: nil, amount: min(amount, limits.perAccount, limits.total))
        return queue.withLock { $0.enterNow(share) } ? Permit(self, share) : nil
    }

    fileprivate func release(_ share: Share) {
        for continuation in queue.withLock({ $0.release(share) }) { continuation.resume(returning: .admitted) }
    }

    private func leave(_ id: Int, because cause: FairQueue.RemovalCause) {
        let (leaver, admitted) = queue.withLock { $0.leave(id, because: cause) }
        if let (continuation, outcome) = leaver { continuation.resume(returning: outcome) }
        for continuation in admitted { continuation.resume(returning: .admitted) }
    }

    /// A share that is in use until this is released, at the latest with the last reference to it.
    package final class Permit: Sendable {
        private let limiter: FairLimiter
        private let share: Mutex<Share>

        fileprivate init(_ limiter: FairLimiter, _ share: Share) {
            self.limiter = limiter
            self.share = Mutex(share)
        }

        deinit { release() }

        package func release() { shrink(to: 0) }

        /// Releases the part beyond an amount.
        package func shrink(to amount: Int) {
            let surplus = share.withLock { share -> Share? in
                guard share.amount > amount else { return nil }
                var surplus = share
                surplus.amount -= amount
                share.amount = amount
                return surplus
            }
            if let surplus { limiter.release(surplus) }
        }
    }
}
