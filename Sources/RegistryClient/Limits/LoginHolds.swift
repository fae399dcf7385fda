import NIOCore
import Naming
import Synchronization

/// Holds refused logins back: each is sent again after 15 s, then after twice the time before, up to 10 minutes, and by one request at a time.
/// Registries lock accounts after a few refused logins.
///
/// A login is a user name with a password at one registry or realm, whatever repositories it is used for.
final class LoginHolds: Sendable {
    struct Key: Hashable, Sendable {
        let registry: RegistryAuthority
        let fingerprint: Int
    }

    private struct Hold {
        let first: NIODeadline
        var last: NIODeadline
        var refusals = 1
        var isConfirmed = false
        /// Whether a request is sending the login to find out whether it is still refused.
        var isProbed = false

        var end: NIODeadline { last + min(.seconds(15 << Int64(min(refusals - 1, 10))), LoginHolds.longest) }
    }

    private let holds = Mutex<[Key: Hold]>([:])
    private let now: @Sendable () -> NIODeadline

    static let longest = TimeAmount.minutes(10)
    /// The least time between two refusals of which the second confirms the first.
    static let confirmationInterval = TimeAmount.milliseconds(4500)
    private static let capacity = 10_000

    init(now: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.now = now
    }

    /// Lets a login be sent, or refuses that.
    ///
    /// - Returns: whether it is held and this request finds out whether it is still refused. ``end(_:accepted:sent:isProbe:)`` must follow.
    func begin(_ key: Key, because cause: LoginCause) throws(LoginRefusal) -> Bool {
        let now = now()
        return try holds.withLock { holds throws(LoginRefusal) in
            guard let hold = holds[key] else { return false }
            if cause == .request {
                holds[key] = nil
                return false
            }
            let mayConfirm = cause == .confirmation && !hold.isConfirmed && now >= hold.first + Self.confirmationInterval
            guard !hold.isProbed, mayConfirm || now >= hold.end else { throw refusal(hold, now, isHeld: true) }
            holds[key]?.isProbed = true
            return true
        }
    }

    /// Refuses a login that another request found refused meanwhile.
    func check(_ key: Key, because cause: LoginCause) throws(LoginRefusal) {
        guard cause != .request, let hold = holds.withLock({ $0[key] }) else { return }
        throw refusal(hold, now(), isHeld: true)
    }

    private func refusal(_ hold: Hold, _ now: NIODeadline, isHeld: Bool = false) -> LoginRefusal {
        let wait = Int(((hold.end - now).nanoseconds + 999_999_999) / 1_000_000_000)
        let age = (now - hold.last).nanoseconds / 1_000_000_000
        return LoginRefusal(
            reason: "it refused this user name and password \(age) s ago", retryAfter: max(1, wait), isConfirmed: hold.isConfirmed,
            isHeld: isHeld)
    }

    /// Stores the response to a login.
    ///
    /// - Parameters:
    ///   - accepted: nil if the response says nothing of the login.
    ///   - sent: the time at which the login was sent. Several requests that were in progress together count as one refusal.
    /// - Returns: for a refusal, the hold that it began or extended.
    @discardableResult
    func end(_ key: Key, accepted: Bool?, sent: NIODeadline, isProbe: Bool) -> LoginRefusal? {
        let now = now()
        return holds.withLock { holds in
            if isProbe { holds[key]?.isProbed = false }
            guard let accepted else { return nil }
            guard !accepted else {
                holds[key] = nil
                return nil
            }
            if holds.count >= Self.capacity, holds[key] == nil { holds = holds.filter { $0.value.end > now } }
            if holds.count >= Self.capacity, holds[key] == nil { holds = [:] }
            var hold = holds[key] ?? Hold(first: now, last: now)
            if holds[key] != nil, sent >= hold.last {
                hold.refusals += 1
                hold.last = now
                hold.isConfirmed = hold.isConfirmed || now >= hold.first + Self.confirmationInterval
            }
            holds[key] = hold
            return refusal(hold, now)
        }
    }
}
