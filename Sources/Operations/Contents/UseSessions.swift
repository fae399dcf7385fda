import Domain
import Synchronization

/// Groups the uses of repositories into sessions, since the pull of an image takes many requests and is recorded once.
actor UseSessions {
    struct Session: Hashable, Sendable {
        let key: APIKey.ID
        let repository: Repository.ID
        let use: ContentUse
        let address: String

        init(of repository: Repository, _ use: ContentUse, by caller: Caller) {
            self.key = caller.identity.keyID ?? ""
            self.repository = repository.id
            self.use = use
            address = caller.origin.address
        }
    }

    /// The length of a session, from the first use of a repository by a key from an address.
    static let length = Duration.seconds(300)
    private static let capacity = 100_000

    private nonisolated let begun = Mutex<[Session: ContinuousClock.Instant]>([:])
    private var beginning: [Session: Task<Void, any Error>] = [:]

    /// Records a use that starts a session. Concurrent uses of the same session wait for it, and fail with it.
    ///
    /// - Parameter record: returns whether it was recorded; otherwise the session does not start.
    /// - Returns: whether this use started the session.
    @discardableResult
    func begin(
        _ session: Session, at now: ContinuousClock.Instant, record: @escaping @Sendable () async throws -> Bool
    ) async throws -> Bool {
        while !covers(session, at: now) {
            guard let task = beginning[session] else {
                try await start(session, at: now, record)
                return true
            }
            try await task.value
        }
        return false
    }

    private func start(
        _ session: Session, at now: ContinuousClock.Instant, _ record: @escaping @Sendable () async throws -> Bool
    ) async throws {
        // Other uses wait for it, so it continues if the task that started it is cancelled.
        let task = Task {
            defer { beginning[session] = nil }
            if try await record() { remember(session, at: now) }
        }
        beginning[session] = task
        try await task.value
    }

    /// Ends a session, so that the next use starts another one.
    nonisolated func end(_ session: Session) { begun.withLock { $0[session] = nil } }

    nonisolated func remember(_ session: Session, at now: ContinuousClock.Instant) {
        begun.withLock { begun in
            if begun.count >= Self.capacity { begun = begun.filter { now - $0.value < Self.length } }
            begun[session] = now
        }
    }

    /// Whether a use belongs to a started session, so that it needs no record.
    nonisolated func covers(_ session: Session, at now: ContinuousClock.Instant) -> Bool {
        begun.withLock { $0[session] }.map { now - $0 < Self.length } ?? false
    }
}
