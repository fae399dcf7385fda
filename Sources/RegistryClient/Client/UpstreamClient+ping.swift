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

    fileprivate init(_ endpoint: RegistryEndpoint, status: Int? = nil, challenges: [Challenge] = [], failure: TransportError? = nil) {
        self.failure = failure
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
    private let pings = Mutex<[Key: (ping: Ping, end: NIODeadline)]>([:])
    fileprivate let flights = SingleFlight<Flight, Ping>()

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
    fileprivate struct Flight: Hashable {
        private let key: Key
        private let requester: Requester

        init(to registry: Registry, for requester: Requester) {
            key = Key(registry)
            self.requester = requester
        }
    }

    private static let lifetime = TimeAmount.minutes(10)

    fileprivate subscript(registry: Registry) -> Ping? {
        pings.withLock { $0[Key(registry)] }.flatMap { $0.end > .now() ? $0.ping : nil }
    }

    fileprivate func store(_ ping: Ping, for registry: Registry) {
        pings.withLock { $0[Key(registry)] = (ping, .now() + Self.lifetime) }
    }
}

extension UpstreamClient {
    /// Pings a registry, once in ten minutes. This also detects whether a registry on this machine uses TLS.
    func ping(_ registry: Registry, for requester: Requester) async throws(UpstreamError) -> Ping {
        if let ping = pings[registry] { return ping }
        do {
            return try await pings.flights.value(for: .init(to: registry, for: requester)) { [self] in
                let ping = try await send(pingTo: registry, for: requester)
                // A closed connection costs no time.
                if ping.status != nil || ping.failure == .timedOut { pings.store(ping, for: registry) }
                return ping
            }
        } catch {
            throw UpstreamError(error, of: registry.authority)
        }
    }

    /// Tries TLS first on this machine. All other registries must use TLS unless an administrator exempted them. An untrusted certificate
    /// never leads to plain HTTP.
    private func send(pingTo registry: Registry, for requester: Requester) async throws -> Ping {
        let secure = RegistryEndpoint(authority: registry.authority, isTLS: true, trust: registry.trust)
        let plain = RegistryEndpoint(authority: registry.authority, isTLS: false, trust: registry.trust)
        if registry.trust.isPlainHTTP { return try await ping(plain, for: requester) }
        guard registry.authority.isLiteralLoopback else { return try await ping(secure, for: requester) }
        switch registry.isSSL {
        case true?: return try await ping(secure, for: requester)
        case false?: return try await ping(plain, for: requester)
        case nil:
            do {
                return try await ping(secure, for: requester)
            } catch TransportError.notTLS {
                return try await ping(plain, for: requester)
            }
        }
    }

    /// Leaves time for the request itself.
    private var pingLimit: TimeAmount { min(limits.ping, .nanoseconds(responseLimit.nanoseconds / 3)) }

    private func ping(_ endpoint: RegistryEndpoint, for requester: Requester) async throws -> Ping {
        var request = TransportRequest(.get, "/v2/", at: endpoint, limit: pingLimit)
        request.head.headerFields[.accept] = "*/*"
        let response: UpstreamResponse
        do throws(TransportError) {
            response = try await transport.send(request, to: endpoint, for: requester)
        } catch {
            switch error {
            // The request itself shows whether the registry responds.
            case .connection, .timedOut: return Ping(endpoint, failure: error)
            default: throw error
            }
        }
        await response.discardBody()
        guard response.status != 429 else {
            throw UpstreamError.throttled(
                "\(endpoint.authority): it answered 429 to GET /v2/: too many requests", retryAfter: response.fields[.retryAfter])
        }
        return Ping(endpoint, status: response.status, challenges: response.challenges)
    }
}
