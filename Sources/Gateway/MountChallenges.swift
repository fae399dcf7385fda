import Domain
import Naming
import Synchronization

/// The mounts whose clients were asked for a token that covers the source. Each is asked once: some clients cannot request two scopes, and
/// upload the blob instead.
final class MountChallenges: Sendable {
    struct Mount: Hashable {
        let key: APIKey.ID
        let digest: String
        let source: GatewayName
        let target: GatewayName
    }

    /// The clients of older challenges have their token, or have given up.
    private static let lifetime = Duration.seconds(300)
    private static let capacity = 10_000

    private let challenged = Mutex(
        BoundedDictionary<Mount, ContinuousClock.Instant>(capacity: capacity, evictingFirst: { $0 < $1 }))

    /// Whether the mount is to be challenged now.
    func begin(_ mount: Mount, at now: ContinuousClock.Instant) -> Bool {
        challenged.withLock { challenged in
            if let last = challenged[mount], now - last < Self.lifetime { return false }
            challenged[mount] = now
            return true
        }
    }
}
