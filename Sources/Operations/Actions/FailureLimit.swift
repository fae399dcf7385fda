import Domain
import FoundationEssentials
import Naming
import Synchronization

/// Limits how many failed attempts per account and address are recorded individually, so that they cannot fill the disk. The others are
/// counted: each namespace and kind has one summary action, whose count is stored while it grows.
final class FailureLimit: Sendable {
    /// An account and a host.
    struct Source: Hashable, Sendable {
        let account: String
        let host: String

        init(_ origin: Action.Origin) {
            account = origin.user
            host = IPAddress(origin.address).map { "\($0.hostBytes)" } ?? origin.address
        }
    }

    private struct Subject: Hashable {
        let namespace: NamespaceName
        let kind: Action.Kind
    }

    /// The attempts on a subject that were only counted.
    private struct Summary {
        let id: UUID
        let first: Action
        var last: Action
        var count: Int
        var isStored = false

        var action: Action {
            Action(
                id: id, namespace: last.namespace, kind: last.kind, object: last.object, reference: last.reference, state: .failed,
                status: last.status, reason: "\(count) more failed attempts were not recorded individually. This is the last of them",
                attempts: count, started: first.started, ended: last.ended, origin: last.origin)
        }
    }

    private struct Window {
        let began: ContinuousClock.Instant
        var recorded = 0
        var summaries: [Subject: Summary] = [:]
    }

    private struct State {
        var windows: [Source: Window] = [:]
        /// Summaries of windows that were replaced before they were stored.
        var replaced: [Summary] = []
    }

    private let state = Mutex(State())
    private let limit: Int
    private let length: Duration
    private let makeID: @Sendable () -> UUID

    private static let capacity = 10_000

    init(limit: Int = 30, length: Duration = .seconds(180), makeID: @escaping @Sendable () -> UUID) {
        self.limit = limit
        self.length = length
        self.makeID = makeID
    }

    /// Counts a failed attempt that is below the limit.
    ///
    /// - Returns: whether to record it individually. Otherwise nothing was counted.
    func admit(_ origin: Action.Origin, at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            modify(origin, &state, at: now) { window in
                guard window.recorded < limit else { return false }
                window.recorded += 1
                return true
            }
        }
    }

    /// Adds failed attempts to the summary of their namespace and kind.
    ///
    /// - Parameter action: the last of them.
    /// - Returns: the summary if it is new, to be stored at once; nil if ``takeChanges(at:)`` returns it.
    func leaveOut(_ action: Action, count: Int = 1, at now: ContinuousClock.Instant) -> Action? {
        let subject = Subject(namespace: action.namespace, kind: action.kind)
        return state.withLock { state in
            modify(action.origin, &state, at: now) { window in
                let known = window.summaries[subject]
                var summary = known ?? Summary(id: makeID(), first: action, last: action, count: 0)
                (summary.last, summary.count, summary.isStored) = (action, summary.count + count, known == nil)
                window.summaries[subject] = summary
                return known == nil ? summary.action : nil
            }
        }
    }

    /// Whether the next attempt is only counted.
    func isReached(by origin: Action.Origin, at now: ContinuousClock.Instant) -> Bool {
        state.withLock { $0.windows[Source(origin)] }.map { $0.recorded >= limit && now - $0.began < length } ?? false
    }

    /// The summaries that changed since the last call.
    func takeChanges(at now: ContinuousClock.Instant) -> [Action] {
        state.withLock { state in
            var changes = state.replaced
            state.replaced = []
            for (source, var window) in state.windows {
                let changed = window.summaries.filter { !$0.value.isStored }
                changes += changed.values
                for subject in changed.keys { window.summaries[subject]?.isStored = true }
                let isOver = now - window.began >= length || state.windows.count > Self.capacity
                if isOver { state.windows[source] = nil } else if !changed.isEmpty { state.windows[source] = window }
            }
            return changes.map(\.action)
        }
    }

    private func modify<Result>(
        _ origin: Action.Origin, _ state: inout State, at now: ContinuousClock.Instant, _ body: (inout Window) -> Result
    ) -> Result {
        let source = Source(origin)
        var window = state.windows[source] ?? Window(began: now)
        if now - window.began >= length {
            state.replaced += window.summaries.values.filter { !$0.isStored }
            window = Window(began: now)
        }
        defer { state.windows[source] = window }
        return body(&window)
    }
}

/// The failed actions that stay in progress because their callers have too many failures. Each covers further attempts of its kind, so that
/// these use no credential without a record and add none.
final class HeldFailures: Sendable {
    struct Key: Hashable, Sendable {
        let source: FailureLimit.Source
        let namespace: NamespaceName
        let kind: Action.Kind
        /// The object of a deletion of contents; nil for other kinds.
        let object: Action.Object?

        init(_ action: Action) {
            source = FailureLimit.Source(action.origin)
            namespace = action.namespace
            kind = action.kind
            object = action.kind == .repositoryContentsDelete ? action.object : nil
        }
    }

    /// An attempt that an action in progress covers, until this is released.
    final class Cover: Sendable {
        private let release: @Sendable () -> Void

        init(release: @escaping @Sendable () -> Void) {
            self.release = release
        }

        deinit { release() }
    }

    private struct Entry {
        let failed: Action
        let since: ContinuousClock.Instant
        var covered = 0
    }

    private let entries = Mutex<[Key: Entry]>([:])
    /// The time that an action is held.
    private static let length = Duration.seconds(300)

    /// - Returns: nil if no held action covers the attempt.
    func cover(_ action: Action) -> Cover? {
        let key = Key(action)
        let isCovered = entries.withLock { entries in
            guard entries[key] != nil else { return false }
            entries[key]?.covered += 1
            return true
        }
        return isCovered ? Cover { [weak self] in self?.entries.withLock { $0[key]?.covered -= 1 } } : nil
    }

    /// Holds an action in progress that has failed.
    ///
    /// - Returns: false if one is held already.
    func hold(_ failed: Action, at now: ContinuousClock.Instant) -> Bool {
        entries.withLock { entries in
            guard entries[Key(failed)] == nil else { return false }
            entries[Key(failed)] = Entry(failed: failed, since: now)
            return true
        }
    }

    /// The failures of the actions that need not be held any longer.
    func takeReleased(at now: ContinuousClock.Instant, all: Bool) -> [Action] {
        entries.withLock { entries in
            let released = entries.filter { all || $0.value.covered == 0 && now - $0.value.since >= Self.length }
            for key in released.keys { entries[key] = nil }
            return released.values.map(\.failed)
        }
    }
}
