import FoundationEssentials
import Synchronization
import Wire

/// The engine that services were read from.
struct Origin: Hashable, Sendable {
    let engine: AgentReportBody.Engine
    /// Identifies machine and engine.
    let instance: String
    /// Identifies a run of the agent; in a cluster, a term as the holder of the lease. The server refuses the process of a report after
    /// another agent reported, so an agent that acquires the lease again needs another one.
    let process: UUID
}

/// The latest look at the engine. The watcher of the engine writes it, the reporter reads it.
final class SnapshotBoard: Sendable {
    struct Entry: Hashable, Sendable {
        let snapshot: Snapshot
        let origin: Origin
        let time: ContinuousClock.Instant
    }

    private let entry = Mutex<Entry?>(nil)
    private let freshness: Duration
    /// Is set by each look and each failure.
    let changed = Signal()

    init(freshness: Duration) {
        self.freshness = freshness
    }

    func publish(_ snapshot: Snapshot, from origin: Origin, at time: ContinuousClock.Instant = .now) {
        entry.withLock { $0 = Entry(snapshot: snapshot, origin: origin, time: time) }
        changed.set()
    }

    /// Removes the look, since the engine may have changed unseen.
    func invalidate() {
        entry.withLock { $0 = nil }
        changed.set()
    }

    /// The latest look, unless the engine failed after it or it is too old to be reported.
    func current(at time: ContinuousClock.Instant) -> Entry? {
        entry.withLock { $0 }.flatMap { $0.time + freshness >= time ? $0 : nil }
    }
}
