import Domain
import Synchronization

/// Remembers when each registry last allowed a repository's credential to read: a cached manifest is served without asking the registry only
/// while that is recent.
final class RegistryAccess: Sendable {
    struct Key: Hashable, Sendable {
        let repository: Repository.ID
        let credential: CredentialReference?
    }

    private let dates = Mutex<[Key: ContinuousClock.Instant]>([:])
    private let lifetime: Duration
    private static let capacity = 100_000

    /// - Parameter lifetime: for how long a response of the registry allows reading.
    init(lifetime: Duration) {
        self.lifetime = lifetime
    }

    func note(_ key: Key, at now: ContinuousClock.Instant = .now) {
        dates.withLock { dates in
            if dates.count >= Self.capacity, dates[key] == nil { dates = dates.filter { $0.value + lifetime > now } }
            dates[key] = now
        }
    }

    /// Whether the registry has allowed reading with this credential.
    func isKnown(_ key: Key) -> Bool { dates.withLock { $0[key] != nil } }

    /// Whether the access must be checked again. The next check is then due after ``lifetime``.
    func beginCheck(_ key: Key, at now: ContinuousClock.Instant = .now) -> Bool {
        dates.withLock { dates in
            if let date = dates[key], date + lifetime > now { return false }
            dates[key] = now
            return true
        }
    }
}
