import Domain
import Synchronization

/// Repositories whose login was refused once and is not confirmed yet. They are kept in memory: the next refusal queues them again.
final class RefusedLogins: Sendable {
    struct Refusal: Sendable {
        let repository: Repository
        let time: ClockReading
    }

    /// Between a refusal and its confirmation.
    static let delay = Duration.seconds(5)
    static let capacity = 1000

    private let waiting = Mutex<[Refusal]>([])

    /// Adds a repository, unless it waits already or the queue is full. One that waits with another credential is replaced.
    func add(_ repository: Repository, at now: ClockReading) {
        waiting.withLock { waiting in
            if let index = waiting.firstIndex(where: { $0.repository.id == repository.id }) {
                guard waiting[index].repository.credential != repository.credential else { return }
                waiting.remove(at: index)
            }
            guard waiting.count < Self.capacity else { return }
            waiting.append(Refusal(repository: repository, time: now))
        }
    }

    /// Those whose confirmation is due, in the order of the refusals.
    func due(at now: ContinuousClock.Instant) -> [Refusal] {
        waiting.withLock { $0.filter { now - $0.time.instant >= Self.delay } }
    }

    /// Removes a repository.
    func take(_ id: Repository.ID) -> Refusal? {
        waiting.withLock { waiting in
            waiting.firstIndex { $0.repository.id == id }.map { waiting.remove(at: $0) }
        }
    }
}
