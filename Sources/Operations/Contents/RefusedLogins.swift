import Domain
import FoundationEssentials
import RegistryClient
import Storage
import Synchronization

/// Repositories whose login was refused once without confirmation. They are held in memory only; the next refusal queues them again.
final class RefusedLogins: Sendable {
    struct Refusal: Sendable {
        let repository: Repository
        let time: ClockReading
    }

    /// The time between a refusal and its confirmation.
    static let delay = Duration.seconds(5)
    static let capacity = 1000

    private let waiting = Mutex<[Refusal]>([])
    /// When the login of a repository was last refused.
    private let refused = Mutex<[Repository.ID: ContinuousClock.Instant]>([:])
    private static let memory = Duration.seconds(600)

    /// Adds a repository, unless it is queued already or the queue is full. An entry with another credential is replaced.
    func add(_ repository: Repository, at now: ClockReading) {
        refused.withLock { refused in
            if refused.count >= Self.capacity { refused = refused.filter { now.instant - $0.value < Self.memory } }
            if refused.count < Self.capacity { refused[repository.id] = now.instant }
        }
        waiting.withLock { waiting in
            if let index = waiting.firstIndex(where: { $0.repository.id == repository.id }) {
                guard waiting[index].repository.credential != repository.credential else { return }
                waiting.remove(at: index)
            }
            guard waiting.count < Self.capacity else { return }
            waiting.append(Refusal(repository: repository, time: now))
        }
    }

    /// The refusals whose confirmation is due, oldest first.
    func due(at now: ContinuousClock.Instant) -> [Refusal] {
        waiting.withLock { $0.filter { now - $0.time.instant >= Self.delay } }
    }

    /// Whether the login of a repository was refused in the last ten minutes.
    func hasRefused(_ id: Repository.ID, at now: ContinuousClock.Instant) -> Bool {
        refused.withLock { $0[id] }.map { now - $0 < Self.memory } ?? false
    }

    /// Removes a repository.
    func take(_ id: Repository.ID) -> Refusal? {
        waiting.withLock { waiting in
            waiting.firstIndex { $0.repository.id == id }.map { waiting.remove(at: $0) }
        }
    }
}
