import Domain
import FoundationEssentials
import Synchronization

/// Tells which uses of repositories belong together: a pull of an image is many requests, and one action.
actor UseSessions {
    struct Session: Hashable, Sendable {
        let key: APIKey.ID
        let repository: Repository.ID
        let use: ContentUse
    }

    private struct Beginning {
        let date: Date
        /// Whether the repository says who used it.
        let isNoted: Bool
    }

    /// From the first use of a repository by a key on.
    static let length: TimeInterval = 300
    private static let capacity = 100_000

    private nonisolated let begun = Mutex<[Session: Beginning]>([:])
    private var beginning: [Session: Task<Void, any Error>] = [:]

    /// Records a use that begins a session, or that is to be noted as the first of it; those that come meanwhile wait for that, and
    /// fail with it.
    ///
    /// - Parameter record: is told whether the session is new.
    func begin(
        _ session: Session, isNoted: Bool, at now: Date, record: @escaping @Sendable (_ isNew: Bool) async throws -> Void
    ) async throws {
        while !covers(session, isNoted: isNoted, at: now) {
            guard let task = beginning[session] else { return try await start(session, isNoted, at: now, record) }
            try await task.value
        }
    }

    private func start(
        _ session: Session, _ isNoted: Bool, at now: Date, _ record: @escaping @Sendable (Bool) async throws -> Void
    ) async throws {
        let live = live(session, at: now)
        // Others wait for it, so it goes on where whoever began it is cancelled.
        let task = Task {
            defer { beginning[session] = nil }
            try await record(live == nil)
            remember(Beginning(date: live?.date ?? now, isNoted: isNoted), of: session, at: now)
        }
        beginning[session] = task
        try await task.value
    }

    private func remember(_ beginning: Beginning, of session: Session, at now: Date) {
        begun.withLock { begun in
            if begun.count >= Self.capacity { begun = begun.filter { now.timeIntervalSince($0.value.date) < Self.length } }
            begun[session] = beginning
        }
    }

    private nonisolated func live(_ session: Session, at now: Date) -> Beginning? {
        begun.withLock { $0[session] }.flatMap { now.timeIntervalSince($0.date) < Self.length ? $0 : nil }
    }

    /// Whether a use belongs to a session that has begun, so that there is nothing to record.
    nonisolated func covers(_ session: Session, isNoted: Bool, at now: Date) -> Bool {
        live(session, at: now).map { $0.isNoted || !isNoted } ?? false
    }
}
