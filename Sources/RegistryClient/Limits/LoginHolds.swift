import NIOCore
import Naming
import Synchronization

/// Holds refused logins back. Each is sent again after 15 s, then after twice the previous time, up to 10 minutes, by one request at a
/// time. Registries lock accounts after a few refused logins.
///
/// A login is a user name with a password at one registry or realm. A refusal holds it back for the repository that it was sent for; the
/// refusal of a list, or of more rights than a pull, only for those. If a second repository is refused and the login was not accepted in
/// between, the login itself counts as refused and is held back for all repositories.
final class LoginHolds: Sendable {
    struct Key: Hashable, Sendable {
        let registry: RegistryAuthority
        let fingerprint: Int
    }

    /// A refusal and the hold that it started or extended.
    struct Outcome {
        let refusal: LoginRefusal
        /// Whether it counts as another failure of the login: not if it is one of several simultaneous requests, or concerns one repository
        /// only.
        let isFailure: Bool
    }

    fileprivate struct Login {
        /// The hold of the login for all repositories.
        var whole: LoginHold?
        var uses: [LoginUse: LoginHold] = [:]

        var isEmpty: Bool { whole == nil && uses.isEmpty }

        /// The time after the end of a hold in which only repositories that were not refused themselves send the login.
        static let precedence = TimeAmount.seconds(5)
        /// The time after the end of a hold of pulls in which no list or push sends the login.
        static let precedenceOfPulls = TimeAmount.seconds(30)
    }

    fileprivate struct State {
        var logins: [Key: Login] = [:]
        /// The number of holds.
        var count = 0
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> NIODeadline

    private static let capacity = 10_000

    init(now: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.now = now
    }

    /// Permits sending a login, or throws if it is held back.
    ///
    /// - Returns: whether the login is held and this request checks whether it is still refused. ``end(_:for:accepted:sent:isProbe:)`` must
    ///   follow.
    func begin(_ key: Key, for use: LoginUse, because cause: LoginCause) throws(LoginRefusal) -> Bool {
        let now = now()
        return try state.withLock { state throws(LoginRefusal) in
            guard let login = state.logins[key] else { return false }
            if cause == .request {
                state.change(key) { $0.end(for: use) }
                return false
            }
            if let refusal = login.refusal(of: use, at: now, because: cause) { throw refusal }
            return state.change(key) { $0.setProbed(true, use) }
        }
    }

    /// Throws if a login is held back.
    func check(_ key: Key, for use: LoginUse, because cause: LoginCause) throws(LoginRefusal) {
        guard cause != .request, let login = state.withLock({ $0.logins[key] }) else { return }
        if let refusal = login.refusal(of: use, at: now(), because: cause) { throw refusal }
    }

    /// Throws if the registry refused a login of another request meanwhile.
    func checkUnrefused(_ key: Key, for use: LoginUse, because cause: LoginCause) throws(LoginRefusal) {
        guard cause != .request, let login = state.withLock({ $0.logins[key] }) else { return }
        if let refusal = login.refusal(of: use, at: now()) { throw refusal }
    }

    /// Stores the response to a login.
    ///
    /// - Parameters:
    ///   - accepted: nil if the response says nothing about the login.
    ///   - sent: the time at which the login was sent.
    ///   - isFollowUp: whether it was sent to understand a refusal, which counts already.
    /// - Returns: nil unless the response is a refusal.
    @discardableResult
    func end(
        _ key: Key, for use: LoginUse, accepted: Bool?, sent: NIODeadline, isProbe: Bool, isFollowUp: Bool = false
    ) -> Outcome? {
        let now = now()
        return state.withLock { state in
            if isProbe { state.change(key) { _ = $0.setProbed(false, use) } }
            guard let accepted else { return nil }
            guard !accepted else {
                if state.logins[key] != nil { state.change(key) { $0.accept(use) } }
                return nil
            }
            if state.logins[key]?.uses[use] == nil { state.evict(toStore: key, limit: Self.capacity, now) }
            return state.change(key) { $0.refuse(use, at: now, sent: sent, isFollowUp: isFollowUp) }
        }
    }
}

extension LoginHolds.State {
    /// Changes the holds of a login, and removes the login if it has none.
    @discardableResult
    fileprivate mutating func change<Value>(_ key: LoginHolds.Key, _ body: (inout LoginHolds.Login) -> Value) -> Value {
        var login = logins.removeValue(forKey: key) ?? LoginHolds.Login()
        count -= login.uses.count
        let value = body(&login)
        count += login.uses.count
        if !login.isEmpty { logins[key] = login }
        return value
    }

    /// Evicts holds that have ended, and all holds if that is not enough.
    fileprivate mutating func evict(toStore key: LoginHolds.Key, limit: Int, _ now: NIODeadline) {
        guard count >= limit || logins.count >= limit else { return }
        for other in Array(logins.keys) where other != key {
            change(other) { login in
                login.uses = login.uses.filter { $0.value.end > now }
                if let whole = login.whole, whole.end <= now { login.whole = nil }
            }
        }
        if count >= limit || logins.count >= limit { (logins, count) = ([:], 0) }
    }
}

extension LoginHolds.Login {
    private func holds(of use: LoginUse) -> [(hold: LoginHold, use: LoginUse?)] {
        var holds: [(LoginHold, LoginUse?)] = []
        if let whole { holds.append((whole, nil)) }
        if let hold = uses[use.pull] { holds.append((hold, use.pull)) }
        if use != use.pull, let hold = uses[use] { holds.append((hold, use)) }
        return holds
    }

    /// The refusal of a use by the hold that ends last.
    ///
    /// - Parameter cause: nil if every hold refuses the use, even one that has ended.
    fileprivate func refusal(of use: LoginUse, at now: NIODeadline, because cause: LoginCause? = nil) -> LoginRefusal? {
        let isTried = uses.contains { $0.key.repository == use.repository && !$0.value.concernsUseOnly }
        let effective = holds(of: use).filter { hold, held in
            guard let cause else { return true }
            guard cause == .use else { return hold.holds(at: now, because: cause) }
            // Repositories that were not refused themselves come first: several may have lost their access while the login is valid.
            if held == nil, isTried { return hold.holds(at: now - Self.precedence, because: cause) }
            // Pulls come first: they show with one login what a refused list or push shows with two.
            let isLater = held == use.pull && use != use.pull
            return hold.holds(at: isLater ? now - Self.precedenceOfPulls : now, because: cause)
        }
        return effective.max { $0.hold.end < $1.hold.end }.map { refusal($0.hold, of: $0.use, at: now, isHeld: true) }
    }

    private func refusal(_ hold: LoginHold, of use: LoginUse?, at now: NIODeadline, isHeld: Bool = false) -> LoginRefusal {
        let wait = Int(((hold.end - now).nanoseconds + 999_999_999) / 1_000_000_000)
        let age = (now - hold.last).nanoseconds / 1_000_000_000
        let subject =
            switch use?.purpose {
            case nil: ""
            case .pull?: " for this repository"
            case .list?: " for lists of this repository"
            case .more?: " for changes of this repository"
            }
        return LoginRefusal(
            reason: "rejected the stored user name and password\(subject) \(age) s ago", retryAfter: max(1, wait),
            isConfirmed: hold.isConfirmed, isOfLogin: use == nil, isHeld: isHeld)
    }

    /// - Returns: whether there is a hold of this use.
    fileprivate mutating func setProbed(_ isProbed: Bool, _ use: LoginUse) -> Bool {
        let isHeld = whole != nil || uses[use.pull] != nil || uses[use] != nil
        whole?.isProbed = isProbed
        uses[use.pull]?.isProbed = isProbed
        uses[use]?.isProbed = isProbed
        return isHeld
    }

    /// Ends the holds of a repository.
    fileprivate mutating func end(for use: LoginUse) {
        whole = nil
        uses = uses.filter { $0.key.repository != use.repository }
    }

    fileprivate mutating func accept(_ use: LoginUse) {
        whole = nil
        uses[use] = nil
        uses[use.pull] = nil
        for other in uses.keys { uses[other]?.concernsUseOnly = true }
    }

    fileprivate mutating func refuse(_ use: LoginUse, at now: NIODeadline, sent: NIODeadline, isFollowUp: Bool) -> LoginHolds.Outcome {
        var own: LoginHold
        var isSimultaneous = false
        if let hold = uses[use] {
            own = hold
            isSimultaneous = sent < own.last
            own.extend(at: now, sent: sent)
        } else {
            // The repository was refused for another use: this is the second login that was sent for it.
            let isSecond = uses.contains { $0.key.repository == use.repository && !$0.value.concernsUseOnly }
            own = LoginHold(at: now, refusals: isSecond ? 2 : 1)
        }
        uses[use] = own
        if whole != nil {
            if !isFollowUp { whole?.extend(at: now, sent: sent) }
        } else if !own.concernsUseOnly, let first = firstRefusalElsewhere(than: use) {
            // Counts as two refusals, regardless of how many repositories were refused on their own before: none of those logins was sent
            // despite a hold.
            whole = LoginHold(first: first, at: now, refusals: 2)
        }
        return LoginHolds.Outcome(
            refusal: whole.map { refusal($0, of: nil, at: now) } ?? refusal(own, of: use, at: now),
            isFailure: !isSimultaneous && !own.concernsUseOnly && use.purpose == .pull)
    }

    /// The time of the first refusal of another repository since the login was last accepted; nil if there is none. Refused pushes or lists
    /// of two repositories do not count: the login may have the right to pull only.
    private func firstRefusalElsewhere(than use: LoginUse) -> NIODeadline? {
        uses.filter { other, hold in
            other.repository != use.repository && !hold.concernsUseOnly && (other.purpose == .pull || use.purpose == .pull)
        }.values.map(\.first).min()
    }
}

/// The time for which a refused login is not sent.
struct LoginHold: Sendable {
    let first: NIODeadline
    private(set) var last: NIODeadline
    private(set) var refusals: Int
    private(set) var isConfirmed: Bool
    /// Whether a request is sending the login to check whether it is still refused.
    var isProbed = false
    /// Whether the registry has accepted the login for another use since: then the refusal says nothing about the login itself.
    var concernsUseOnly = false

    static let longest = TimeAmount.minutes(10)
    /// The minimum time between a refusal and another one that confirms it.
    static let confirmationInterval = TimeAmount.milliseconds(4500)

    /// - Parameters:
    ///   - first: the time of the first refusal, if it is not this one.
    ///   - refusals: the number of refusals, including this one.
    init(first: NIODeadline? = nil, at now: NIODeadline, refusals: Int = 1) {
        self.first = first ?? now
        last = now
        self.refusals = refusals
        isConfirmed = now >= self.first + Self.confirmationInterval
    }

    var end: NIODeadline { last + min(.seconds(15 << Int64(min(refusals - 1, 10))), Self.longest) }

    /// Notes another refusal. Any number of requests that were in progress together counts as at most two refusals.
    mutating func extend(at now: NIODeadline, sent: NIODeadline) {
        guard sent >= last else { return refusals = max(refusals, 2) }
        refusals += 1
        last = now
        isConfirmed = isConfirmed || now >= first + Self.confirmationInterval
    }

    /// Whether the login must not be sent now.
    func holds(at now: NIODeadline, because cause: LoginCause) -> Bool {
        let mayConfirm = cause == .confirmation && !isConfirmed && now >= first + Self.confirmationInterval
        return isProbed || !mayConfirm && now < end
    }
}
