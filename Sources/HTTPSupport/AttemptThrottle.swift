package import Domain
package import Operations

/// Slows down whoever guesses credentials: counts the wrong ones by the address that they came from, never by account, so
/// that a stranger can lock nobody out.
package struct AttemptThrottle: Sendable {
    private let throttle: AddressThrottle

    /// - Parameters:
    ///   - capacity: how many addresses are remembered; beyond it the one that was quiet for longest is forgotten.
    package init(limit: Int = 30, window: Duration = .seconds(180), capacity: Int = 10_000, clock: Clock = .system) {
        throttle = AddressThrottle(limit: limit, window: window, capacity: capacity, clock: clock)
    }

    /// Counts one wrong credential, and says how the call ends: 401, or 429 once there were too many.
    package func error(forWrongCredentialFrom address: ClientAddress) -> RequestError {
        throttle.admit(address).map { .throttled(retryAfter: $0) } ?? .unauthenticated
    }
}
