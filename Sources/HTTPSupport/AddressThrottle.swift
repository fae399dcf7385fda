import Domain
package import Operations
import Synchronization

/// Limits how many events one address may cause in a sliding window.
package final class AddressThrottle: Sendable {
    private let limit: Int
    private let window: Duration
    private let clock: Clock
    /// The times of the events of each address, in order.
    private let admitted: Mutex<BoundedDictionary<String, [ContinuousClock.Instant]>>

    /// - Parameters:
    ///   - capacity: the number of addresses that are remembered. Beyond it, the addresses that were quiet for longest are evicted.
    package init(limit: Int = 30, window: Duration = .seconds(180), capacity: Int = 10_000, clock: Clock = .system) {
        self.limit = limit
        self.window = window
        admitted = Mutex(
            BoundedDictionary(capacity: capacity) { first, second in
                guard let first = first.last, let second = second.last else { return first.isEmpty }
                return first < second
            })
        self.clock = clock
    }

    /// - Returns: nil if the event is admitted, otherwise the seconds until the next one is.
    package func admit(_ address: ClientAddress) -> Int? {
        let now = clock.instant()
        return admitted.withLock { admitted in
            var recent = (admitted[address.throttlingKey] ?? []).filter { now - $0 < window }
            guard recent.count < limit else {
                let wait = (window - (now - recent[0])) / .seconds(1)
                admitted[address.throttlingKey] = recent
                return max(1, Int(wait.rounded(.up)))
            }
            recent.append(now)
            admitted[address.throttlingKey] = recent
            return nil
        }
    }
}

/// Limits wrong credentials per client address. It never counts by account, so that a stranger cannot lock anyone out.
package struct AttemptThrottle: Sendable {
    private let throttle: AddressThrottle

    /// - Parameters:
    ///   - capacity: the number of addresses that are remembered. Beyond it, the addresses that were quiet for longest are evicted.
    package init(limit: Int = 30, window: Duration = .seconds(180), capacity: Int = 10_000, clock: Clock = .system) {
        throttle = AddressThrottle(limit: limit, window: window, capacity: capacity, clock: clock)
    }

    /// Counts one wrong credential.
    /// - Returns: the error for the client: 401, or 429 above the limit.
    package func error(forWrongCredentialFrom address: ClientAddress) -> ResponseError {
        throttle.admit(address).map { .throttled(retryAfter: $0) } ?? .operation(.unauthenticated)
    }
}
