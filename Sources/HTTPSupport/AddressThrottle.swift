package import Operations
import Synchronization

/// Lets so much through from one address in a while, and no more.
package final class AddressThrottle: Sendable {
    private let limit: Int
    private let window: Duration
    private let capacity: Int
    private let clock: Clock
    private let admitted = Mutex<[String: [ContinuousClock.Instant]]>([:])

    /// - Parameters:
    ///   - capacity: how many addresses are remembered; beyond it the one that was quiet for longest is forgotten.
    package init(limit: Int = 30, window: Duration = .seconds(180), capacity: Int = 10_000, clock: Clock = .system) {
        self.limit = limit
        self.window = window
        self.capacity = capacity
        self.clock = clock
    }

    /// - Returns: nil, or after how many seconds the next one is let through.
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

    /// A tenth at a time, so that the search is paid for once in many calls.
    private func forgetQuietest(_ admitted: inout [String: [ContinuousClock.Instant]]) {
        let byAge = admitted.compactMap { entry in entry.value.last.map { (address: entry.key, last: $0) } }.sorted { $0.last < $1.last }
        for (address, _) in byAge.prefix(max(1, capacity / 10)) { admitted[address] = nil }
    }
}
