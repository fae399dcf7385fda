package import Domain
import HTTPTypes
import NIOCore
import Naming
import Synchronization

extension UpstreamClient {
    /// Requests `/v2/` of a registry without a credential. Any response is one of the registry, except a failure of its own.
    ///
    /// - Returns: the reason if it does not respond; nil otherwise.
    package func reach(_ registry: Registry) async -> ErrorText? {
        let host = RequestedHost.registry(registry.authority)
        do throws(UpstreamError) {
            let ping = try await ping(registry, for: .background)
            guard let status = ping.status else { return host.text(ping.failure ?? .timedOut) }
            return ping.isFailure ? host.text(.error, ResponseStatus(status)) : nil
        } catch {
            switch error {
            case .unreachable(let text), .failed(let text, _), .untrusted(let text), .unknownHost(let text), .timedOut(let text),
                .denied(let text), .forbidden(let text), .forbiddenRedirect(let text):
                return text
            case .limited(let limit): return limit.text
            case .loginRefused(let refusal): return refusal.reason
            // A registry that limits the rate of requests responds.
            case .throttled, .abandoned: return nil
            }
        }
    }

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
            throw UpstreamError(error, of: .registry(registry.authority))
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
                RequestedHost.registry(endpoint.authority).text(.limitsRate, ResponseStatus(response.status)),
                retryAfter: response.fields[.retryAfter])
        }
        return Ping(endpoint, status: response.status, challenges: response.challenges, retryAfter: response.fields[.retryAfter])
    }
}
