package import Domain
package import FoundationEssentials
package import Operations
import Synchronization

/// Slows down whoever guesses credentials: counts the wrong ones by the address that they came from, never by account, so
/// that a stranger can lock nobody out.
package final class AttemptThrottle: Sendable {
    private let limit: Int
    private let window: TimeInterval
    private let capacity: Int
    private let clock: Clock
    private let attempts = Mutex<[String: [Date]]>([:])

    /// - Parameters:
    ///   - window: in seconds.
    ///   - capacity: how many addresses are remembered; beyond it the one that was quiet for longest is forgotten.
    package init(limit: Int = 30, window: TimeInterval = 180, capacity: Int = 10_000, clock: Clock = .system) {
        self.limit = limit
        self.window = window
        self.capacity = capacity
        self.clock = clock
    }

    /// Counts one wrong credential, and says how the call ends: 401, or 429 once there were too many.
    package func fault(forWrongCredentialFrom address: ClientAddress) -> Fault {
        let now = clock.now()
        return attempts.withLock { attempts in
            var recent = (attempts[address.throttlingKey] ?? []).filter { now.timeIntervalSince($0) < window }
            guard recent.count < limit else {
                let wait = window - now.timeIntervalSince(recent[0])
                attempts[address.throttlingKey] = recent
                return .throttled(retryAfter: max(1, Int(wait.rounded(.up))))
            }
            recent.append(now)
            attempts[address.throttlingKey] = recent
            if attempts.count > capacity { forgetQuietest(&attempts) }
            return .unauthenticated
        }
    }

    /// A tenth at a time, so that the search is paid for once in many calls.
    private func forgetQuietest(_ attempts: inout [String: [Date]]) {
        let byAge = attempts.sorted { ($0.value.last ?? .distantPast) < ($1.value.last ?? .distantPast) }
        for (address, _) in byAge.prefix(max(1, capacity / 10)) { attempts[address] = nil }
    }
}
