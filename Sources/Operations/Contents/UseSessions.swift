import Domain
import Synchronization

/// The requests that belong together: the pull of an image takes many requests and is recorded once.
struct UseKey: Hashable, Sendable {
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

/// A session that ends by itself.
protocol ExpiringSession: Sendable {
    /// Whether further uses belong to the session.
    func isCurrent(at now: ContinuousClock.Instant) -> Bool
}

/// A session of five minutes from its first use.
struct TimedSession: ExpiringSession {
    static let length = Duration.seconds(300)

    let began: ContinuousClock.Instant

    func isCurrent(at now: ContinuousClock.Instant) -> Bool { now - began < Self.length }
}

/// Groups the uses of repositories into sessions.
actor UseSessions<Session: ExpiringSession> {
    private static var capacity: Int { 100_000 }

    private nonisolated let begun = Mutex<[UseKey: Session]>([:])
    private var beginning: [UseKey: Task<Session?, any Error>] = [:]

    /// Records a use that starts a session. Concurrent uses of the same session wait for it, and fail with it.
    ///
    /// - Parameter record: returns nil if it was not recorded; the session then does not start.
    /// - Returns: the session if this use started it; nil if another use did.
    @discardableResult
    func begin(
        _ key: UseKey, at now: ContinuousClock.Instant, record: @escaping @Sendable () async throws -> Session?
    ) async throws -> Session? {
        while session(of: key, at: now) == nil {
            guard let task = beginning[key] else { return try await start(key, at: now, record) }
            _ = try await task.value
        }
        return nil
    }

    private func start(
        _ key: UseKey, at now: ContinuousClock.Instant, _ record: @escaping @Sendable () async throws -> Session?
    ) async throws -> Session? {
        // Other uses wait for it, so it continues if the task that started it is cancelled.
        let task = Task {
            defer { beginning[key] = nil }
            let session = try await record()
            if let session { remember(session, for: key, at: now) }
            return session
        }
        beginning[key] = task
        return try await task.value
    }

    /// The session that a use belongs to, so that it needs no record; nil if there is none.
    nonisolated func session(of key: UseKey, at now: ContinuousClock.Instant) -> Session? {
        begun.withLock { $0[key] }.flatMap { $0.isCurrent(at: now) ? $0 : nil }
    }

    private nonisolated func remember(_ session: Session, for key: UseKey, at now: ContinuousClock.Instant) {
        begun.withLock { begun in
            if begun.count >= Self.capacity { begun = begun.filter { $0.value.isCurrent(at: now) } }
            begun[key] = session
        }
    }
}
