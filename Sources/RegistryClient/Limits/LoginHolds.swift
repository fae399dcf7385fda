import NIOCore
import Naming
import Synchronization

/// Holds refused logins back: each is sent again after 15 s, then after twice the time before, up to 10 minutes, and by one request at a time.
/// Registries lock accounts after a few refused logins.
///
/// A login is a user name with a password at one registry or realm. A refusal holds it back for the repository that it was sent for; one of
/// more rights than a pull or of a list, for those only. Where a second repository is refused and nothing was accepted in between, the login itself is
/// refused, and held back for all repositories.
final class LoginHolds: Sendable {
    struct Key: Hashable, Sendable {
        let registry: RegistryAuthority
        let fingerprint: Int
    }

    /// A refusal and the hold that it began or extended.
    struct Outcome {
        let refusal: LoginRefusal
        /// Whether it is another failure of the login: not one of several requests that were in progress together, and not the affair of one
        /// repository.
        let isFailure: Bool
    }

    fileprivate struct Login {
        /// The hold of the login for all repositories.
        var whole: LoginHold?
        var uses: [LoginUse: LoginHold] = [:]

        var isEmpty: Bool { whole == nil && uses.isEmpty }

        /// How long after the end of a hold others may find out first whether the login is still refused.
        static let precedence = TimeAmount.seconds(5)
    }

    fileprivate struct State {
        var logins: [Key: Login] = [:]
        /// How many holds there are.
        var count = 0
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> NIODeadline

    private static let capacity = 10_000

    init(now: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.now = now
    }

    /// Lets a login be sent, or refuses that.
    ///
    /// - Returns: whether it is held and this request finds out whether it is still refused. ``end(_:for:accepted:sent:isProbe:)`` must follow.
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

    /// Refuses a login that is held.
    func check(_ key: Key, for use: LoginUse, because cause: LoginCause) throws(LoginRefusal) {
        guard cause != .request, let login = state.withLock({ $0.logins[key] }) else { return }
        if let refusal = login.refusal(of: use, at: now(), because: cause) { throw refusal }
    }

    /// Refuses a login that another request found refused meanwhile.
    func checkUnrefused(_ key: Key, for use: LoginUse, because cause: LoginCause) throws(LoginRefusal) {
        guard cause != .request, let login = state.withLock({ $0.logins[key] }) else { return }
        if let refusal = login.refusal(of: use, at: now()) { throw refusal }
    }

    /// Stores the response to a login.
    ///
    /// - Parameters:
    ///   - accepted: nil if the response says nothing of the login.
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
            if state.logins[key]?.uses[use] == nil { state.makeRoom(for: key, limit: Self.capacity, now) }
            return state.change(key) { $0.refuse(use, at: now, sent: sent, isFollowUp: isFollowUp) }
        }
    }
}

extension LoginHolds.State {
    /// Changes what is known of a login, and forgets the login where that is nothing.
    @discardableResult
    fileprivate mutating func change<Value>(_ key: LoginHolds.Key, _ body: (inout LoginHolds.Login) -> Value) -> Value {
        var login = logins.removeValue(forKey: key) ?? LoginHolds.Login()
        count -= login.uses.count
        let value = body(&login)
        count += login.uses.count
        if !login.isEmpty { logins[key] = login }
        return value
    }

    /// Drops holds that have ended, and all where that is not enough.
    fileprivate mutating func makeRoom(for key: LoginHolds.Key, limit: Int, _ now: NIODeadline) {
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
    /// - Parameter cause: nil for a use that is refused by each hold, also by one that has ended.
    fileprivate func refusal(of use: LoginUse, at now: NIODeadline, because cause: LoginCause? = nil) -> LoginRefusal? {
        let isTried = uses.contains { $0.key.repository == use.repository && !$0.value.isOwnAffair }
        let effective = holds(of: use).filter { hold, held in
            guard let cause else { return true }
            // Repositories that were not refused themselves come first: several may have lost their access while the login is right.
            let isLater = held == nil && isTried && cause == .use
            return hold.holds(at: isLater ? now - Self.precedence : now, because: cause)
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
            reason: "refused this user name and password\(subject) \(age) s ago", retryAfter: max(1, wait),
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

    /// Ends what holds a repository back.
    fileprivate mutating func end(for use: LoginUse) {
        whole = nil
        uses = uses.filter { $0.key.repository != use.repository }
    }

    fileprivate mutating func accept(_ use: LoginUse) {
        whole = nil
        uses[use] = nil
        uses[use.pull] = nil
        for other in uses.keys { uses[other]?.isOwnAffair = true }
    }

    fileprivate mutating func refuse(_ use: LoginUse, at now: NIODeadline, sent: NIODeadline, isFollowUp: Bool) -> LoginHolds.Outcome {
        var own: LoginHold
        var isSimultaneous = false
        if let hold = uses[use] {
            own = hold
            isSimultaneous = sent < own.last
            own.extend(at: now, sent: sent)
        } else {
            // A pull that is refused after more was refused is the second login that was sent.
            let isSecond = uses.contains { $0.key.repository == use.repository && !$0.value.isOwnAffair }
            own = LoginHold(at: now, refusals: isSecond ? 2 : 1)
        }
        uses[use] = own
        if whole != nil {
            if !isFollowUp { whole?.extend(at: now, sent: sent) }
        } else if !own.isOwnAffair, let first = firstRefusalElsewhere(than: use) {
            // Two refusals, however many repositories were refused for themselves before: none of those was sent in spite of a hold.
            whole = LoginHold(first: first, at: now, refusals: 2)
        }
        return LoginHolds.Outcome(
            refusal: whole.map { refusal($0, of: nil, at: now) } ?? refusal(own, of: use, at: now),
            isFailure: !isSimultaneous && !own.isOwnAffair && use.purpose == .pull)
    }

    /// The time of the first refusal of another repository since the login was last accepted; nil if there is none. Two refused pushes or lists are
    /// none: the login may be one that only pulls.
    private func firstRefusalElsewhere(than use: LoginUse) -> NIODeadline? {
        uses.filter { other, hold in
            other.repository != use.repository && !hold.isOwnAffair && (other.purpose == .pull || use.purpose == .pull)
        }.values.map(\.first).min()
    }
}
