package import Domain
package import Operations
import Synchronization

/// Limits how many events one address may cause in a sliding window.
package final class AddressThrottle: Sendable {
    private let limit: Int
    private let window: Duration
    private let capacity: Int
    private let clock: Clock
    private let admitted = Mutex<[String: [ContinuousClock.Instant]]>([:])

    /// - Parameters:
    ///   - capacity: the number of addresses that are remembered. Beyond it, the addresses that were quiet for longest are evicted.
    package init(limit: Int = 30, window: Duration = .seconds(180), capacity: Int = 10_000, clock: Clock = .system) {
        self.limit = limit
        self.window = window
        self.capacity = capacity
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
            if admitted.count > capacity { forgetQuietest(&admitted) }
            return nil
        }
    }

    /// Evicts a tenth of the addresses at a time, so that the cost of sorting is spread over many calls.
    private func forgetQuietest(_ admitted: inout [String: [ContinuousClock.Instant]]) {
        let byAge = admitted.compactMap { entry in entry.value.last.map { (address: entry.key, last: $0) } }.sorted { $0.last < $1.last }
        for (address, _) in byAge.prefix(max(1, capacity / 10)) { admitted[address] = nil }
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
    package func error(forWrongCredentialFrom address: ClientAddress) -> RequestError {
        throttle.admit(address).map { .throttled(retryAfter: $0) } ?? .unauthenticated
    }
}
