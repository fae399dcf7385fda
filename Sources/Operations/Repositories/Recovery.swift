import Domain
import Synchronization

/// The end of a shared verdict, which applies to other repositories as well.
struct Recovery: Sendable {
    enum Extent: Sendable {
        /// The registry responds again.
        case registry
        /// The registry accepts the login again.
        case login
    }

    let extent: Extent
    /// The repository for which the registry responded.
    let repository: Repository
}

/// The ends of shared verdicts that are to be applied to other repositories. They are held in memory only: after a restart, a repository
/// that is due ends the verdict again.
final class Recoveries: Sendable {
    private let waiting = Mutex<[Recovery]>([])
    private static let capacity = 1000

    func add(_ recovery: Recovery) {
        waiting.withLock { if $0.count < Self.capacity { $0.append(recovery) } }
    }

    func take() -> Recovery? {
        waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
