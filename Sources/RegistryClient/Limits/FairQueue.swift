import NIOCore
import Naming

/// The state of a ``FairLimiter``: the usage of its limits and the waiters. Its methods decide, and return the continuations that the caller
/// resumes.
struct FairQueue {
    typealias Share = FairShare
    typealias Continuation = CheckedContinuation<Outcome, Never>

    enum Outcome: Sendable {
        case admitted
        case cancelled
        case refused(LimitReached.Share)
    }

    enum RemovalCause {
        case cancelled
        case expired
    }

    private struct Place: Hashable {
        let requester: Requester
        let registry: RegistryAuthority?
    }

    private struct Waiter {
        let id: Int
        let share: Share
        /// nil until the task has suspended.
        var continuation: Continuation?
        /// The outcome, if it was settled before that.
        var outcome: Outcome?
    }

    private let limits: FairLimits
    private var total = 0
    private var byAccount: [Requester: Int] = [:]
    private var byRegistry: [RegistryAuthority: Int] = [:]
    private var byPlace: [Place: Int] = [:]

    private var waiters: [Int: Waiter] = [:]
    /// The waiters of each account by registry, in the order of their arrival.
    private var lines: [Requester: [RegistryAuthority?: CircularBuffer<Int>]] = [:]
    /// The accounts that wait, in the order of their turns.
    private var turns = CircularBuffer<Requester>()
    private var lastID = 0

    init(_ limits: FairLimits) {
        self.limits = limits
    }

    var waitingCount: Int { waiters.count }

    // MARK: Entering

    /// - Returns: nil if the share was taken, or the number of the waiting request.
    mutating func enter(_ share: Share) -> Int? {
        if enterNow(share) { return nil }
        lastID += 1
        waiters[lastID] = Waiter(id: lastID, share: share)
        if lines[share.requester] == nil { turns.append(share.requester) }
        lines[share.requester, default: [:]][share.registry, default: []].append(lastID)
        return lastID
    }

    /// A request waits if an earlier one of its account waits for the same registry, or if the next request waits for the total limit.
    mutating func enterNow(_ share: Share) -> Bool {
        guard obstacle(to: share) == nil, lines[share.requester]?[share.registry] == nil, !isTotalAwaited else { return false }
        take(share)
        return true
    }

    /// - Returns: the outcome for the waiter; nil if it waits.
    mutating func wait(_ id: Int, _ continuation: Continuation) -> Outcome? {
        if let outcome = waiters[id]?.outcome {
            waiters[id] = nil
            return outcome
        }
        waiters[id]?.continuation = continuation
        return nil
    }

    // MARK: Leaving

    /// - Returns: the outcome for the waiter, and the waiters that it admits.
    mutating func leave(_ id: Int, because cause: RemovalCause) -> (leaver: (Continuation, Outcome)?, admitted: [Continuation]) {
        guard let waiter = waiters[id], waiter.outcome == nil else { return (nil, []) }
        remove(id, from: waiter.share)
        let outcome: Outcome =
            switch cause {
            case .cancelled: .cancelled
            case .expired: .refused(obstacle(to: waiter.share) ?? .server)
            }
        return (settle(id, outcome), admit())
    }

    /// - Returns: the waiters that are admitted.
    mutating func release(_ share: Share) -> [Continuation] {
        give(back: share)
        return admit()
    }

    private mutating func admit() -> [Continuation] {
        var admitted: [Continuation] = []
        var skipped = 0
        while skipped < turns.count, total < limits.total {
            let requester = turns.removeFirst()
            guard let id = nextAdmissible(of: requester) else {
                turns.append(requester)
                skipped += 1
                continue
            }
            guard let waiter = waiters[id] else { continue }
            if obstacle(to: waiter.share) == .server {
                // Otherwise small requests would starve a large one.
                turns.prepend(requester)
                break
            }
            take(waiter.share)
            turns.append(requester)
            remove(id, from: waiter.share)
            if let (continuation, _) = settle(id, .admitted) { admitted.append(continuation) }
            skipped = 0
        }
        return admitted
    }

    /// The account's first waiter that is within all limits except possibly the total.
    private mutating func nextAdmissible(of requester: Requester) -> Int? {
        for id in (lines[requester] ?? [:]).values.compactMap(\.first).sorted() {
            guard let waiter = waiters[id] else { continue }
            switch obstacle(to: waiter.share) {
            case nil, .server?: return id
            case .account?, .registry?: continue
            }
        }
        return nil
    }

    private mutating func remove(_ id: Int, from share: Share) {
        guard var line = lines[share.requester]?[share.registry], let index = line.firstIndex(of: id) else { return }
        line.remove(at: index)
        lines[share.requester]?[share.registry] = line.isEmpty ? nil : line
        guard lines[share.requester]?.isEmpty == true else { return }
        lines[share.requester] = nil
        turns.removeAll { $0 == share.requester }
    }

    /// - Returns: nil if the task has not suspended yet; it reads the outcome when it does.
    private mutating func settle(_ id: Int, _ outcome: Outcome) -> (Continuation, Outcome)? {
        guard let continuation = waiters[id]?.continuation else {
            waiters[id]?.outcome = outcome
            return nil
        }
        waiters[id] = nil
        return (continuation, outcome)
    }

    // MARK: Counting

    private var isTotalAwaited: Bool {
        guard let first = turns.first else { return false }
        return (lines[first] ?? [:]).values.contains { line in
            line.first.flatMap { waiters[$0] }.map { obstacle(to: $0.share) == .server } ?? false
        }
    }

    private func obstacle(to share: Share) -> LimitReached.Share? {
        let account = byAccount[share.requester, default: 0]
        if account + share.amount > limits.perAccount { return .account }
        if let registry = share.registry {
            let place = byPlace[Place(requester: share.requester, registry: registry), default: 0]
            if place + share.amount > limits.perAccountAtRegistry { return .account }
            if byRegistry[registry, default: 0] + share.amount > limits.perRegistry { return .registry }
        }
        return total + share.amount > limits.total ? .server : nil
    }

    private mutating func take(_ share: Share) {
        add(share.amount, share)
    }

    private mutating func give(back share: Share) {
        add(-share.amount, share)
    }

    private mutating func add(_ amount: Int, _ share: Share) {
        total += amount
        Self.add(amount, to: &byAccount, share.requester)
        guard let registry = share.registry else { return }
        Self.add(amount, to: &byRegistry, registry)
        Self.add(amount, to: &byPlace, Place(requester: share.requester, registry: registry))
    }

    private static func add<Key>(_ amount: Int, to counts: inout [Key: Int], _ key: Key) {
        let count = counts[key, default: 0] + amount
        counts[key] = count == 0 ? nil : count
    }
}
