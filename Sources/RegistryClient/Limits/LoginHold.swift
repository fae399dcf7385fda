import NIOCore

/// The time for which a refused login is not sent.
struct LoginHold: Sendable {
    let first: NIODeadline
    private(set) var last: NIODeadline
    private(set) var refusals: Int
    private(set) var isConfirmed: Bool
    /// Whether a request is sending the login to find out whether it is still refused.
    var isProbed = false
    /// Whether the registry accepted the login for something else since: then it says nothing of the login itself.
    var isOwnAffair = false

    static let longest = TimeAmount.minutes(10)
    /// The least time between two refusals of which the second confirms the first.
    static let confirmationInterval = TimeAmount.milliseconds(4500)

    /// - Parameters:
    ///   - first: the time of the first refusal, where that is not this one.
    ///   - refusals: how many there were, with this one.
    init(first: NIODeadline? = nil, at now: NIODeadline, refusals: Int = 1) {
        self.first = first ?? now
        last = now
        self.refusals = refusals
        isConfirmed = now >= self.first + Self.confirmationInterval
    }

    var end: NIODeadline { last + min(.seconds(15 << Int64(min(refusals - 1, 10))), Self.longest) }

    /// Notes another refusal. Requests that were in progress together count as two at most, however many they were.
    mutating func extend(at now: NIODeadline, sent: NIODeadline) {
        guard sent >= last else { return refusals = max(refusals, 2) }
        refusals += 1
        last = now
        isConfirmed = isConfirmed || now >= first + Self.confirmationInterval
    }

    /// Whether the login is not to be sent now.
    func holds(at now: NIODeadline, because cause: LoginCause) -> Bool {
        let mayConfirm = cause == .confirmation && !isConfirmed && now >= first + Self.confirmationInterval
        return isProbed || !mayConfirm && now < end
    }
}
