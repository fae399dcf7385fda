import Domain
import FoundationEssentials

/// Tells which uses of repositories belong together: a pull of an image is many requests, and one action.
actor UseSessions {
    struct Session: Hashable, Sendable {
        let key: APIKey.ID
        let repository: Repository.ID
        let use: ContentUse
    }

    /// From the first use of a repository by a key on.
    static let length: TimeInterval = 300
    private static let capacity = 100_000

    private var begun: [Session: Date] = [:]
    private var beginning: [Session: Task<Void, any Error>] = [:]

    /// Records a use that begins a session; those that come meanwhile wait for that, and fail with it.
    func begin(_ session: Session, at now: Date, record: @escaping @Sendable () async throws -> Void) async throws {
        if let start = begun[session], now.timeIntervalSince(start) < Self.length { return }
        if let task = beginning[session] { return try await task.value }
        let task = Task { try await record() }
        beginning[session] = task
        let result = await task.result
        beginning[session] = nil
        try result.get()
        if begun.count >= Self.capacity { begun = begun.filter { now.timeIntervalSince($0.value) < Self.length } }
        begun[session] = now
    }
}
