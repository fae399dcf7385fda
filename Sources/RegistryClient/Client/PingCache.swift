import Domain
import HTTPTypes
import NIOCore
import Naming
import Synchronization

/// The result of `GET /v2/` (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints, end-1). It is a hint: each
/// repository may authenticate in another way, and some registries do not serve this path.
struct Ping: Sendable {
    let endpoint: RegistryEndpoint
    /// nil if there is no response: the connection was closed, or the time limit ended.
    let status: Int?
    /// The reason why there is no response.
    let failure: TransportError?
    /// nil if the response does not show it.
    let scheme: AuthenticationScheme?
    /// The value of the `Retry-After` field.
    let retryAfter: String?

    init(
        _ endpoint: RegistryEndpoint, status: Int? = nil, challenges: [Challenge] = [], failure: TransportError? = nil,
        retryAfter: String? = nil
    ) {
        self.failure = failure
        self.retryAfter = retryAfter
        self.endpoint = endpoint
        self.status = status
        scheme =
            switch status {
            case 200: .anonymous
            case 401: AuthenticationScheme(challenges)
            default: nil
            }
    }
}

/// Remembers the result of `GET /v2/` for each registry.
final class PingCache: Sendable {
    private let pings = Mutex(BoundedDictionary<Key, Entry>(capacity: 10_000) { $0.end < $1.end })
    let flights = SingleFlight<Flight, Ping>()

    private struct Entry {
        let ping: Ping
        let end: NIODeadline
    }

    /// The settings of a registry that its response depends on. Findings from earlier responses are not among them.
    private struct Key: Hashable {
        let authority: RegistryAuthority
        let isApproved: Bool
        let networks: Set<Network>
        let isPlainHTTP: Bool
        let certificateAuthorities: String?

        init(_ registry: Registry) {
            authority = registry.authority
            isApproved = registry.trust.isApproved
            networks = registry.trust.networks
            isPlainHTTP = registry.trust.isPlainHTTP
            certificateAuthorities = registry.trust.certificateAuthorities
        }
    }

    /// Accounts do not share a request: the limits of one must not affect another.
    struct Flight: Hashable {
        private let key: Key
        private let requester: Requester

        init(to registry: Registry, for requester: Requester) {
            key = Key(registry)
            self.requester = requester
        }
    }

    private static let lifetime = TimeAmount.minutes(10)

    subscript(registry: Registry) -> Ping? {
        pings.withLock { $0[Key(registry)] }.flatMap { $0.end > .now() ? $0.ping : nil }
    }

    func store(_ ping: Ping, for registry: Registry) {
        pings.withLock { $0[Key(registry)] = Entry(ping: ping, end: .now() + Self.lifetime) }
    }
}
