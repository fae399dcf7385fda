import AsyncHTTPClient
package import CoreMetrics
package import Domain
import HTTPTypes
package import NIOCore
import NIOHTTP1
package import Naming

/// Sends requests to registries and token realms. Every request passes the address policy and the limits of ``RegistryLimits``; it follows
/// no redirects and adds no credentials.
package final class AsyncHTTPClientTransport: Sendable {
    private let policy: AddressPolicy
    private let own: OwnAddresses
    private let resolver: any AddressResolver
    private let cache: AddressCache
    let limits: RegistryLimits
    private let silence: TimeAmount
    private let proxy: EgressProxy?
    private let approval: RedirectApproval
    private let durations: UpstreamDurations
    let clients: ClientPool

    /// - Parameters:
    ///   - own: the addresses of this server.
    ///   - addressLifetime: the time for which addresses are used without another look-up.
    ///   - silence: the longest pause of a registry within a body.
    ///   - proxy: the proxy that connections go through; nil for none.
    ///   - registry: finds a registry with its administrator's settings, for the host of a redirect.
    package init(
        policy: AddressPolicy = AddressPolicy(), own: OwnAddresses = OwnAddresses(), resolver: (any AddressResolver)? = nil,
        addressLifetime: TimeAmount = .seconds(5), limits: RegistryLimits = RegistryLimits(), clients: Int = 64,
        clientIdleTime: TimeAmount = .seconds(60), silence: TimeAmount = .seconds(60), proxy: EgressProxy? = nil,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        registry: @escaping @Sendable (RegistryAuthority) async -> Registry? = { _ in nil }
    ) {
        self.policy = policy
        self.own = own
        self.resolver = resolver ?? SystemResolver(limiter: limits.lookups)
        self.limits = limits
        self.silence = silence
        self.proxy = proxy
        durations = UpstreamDurations(metrics)
        approval = RedirectApproval(registry: registry)
        cache = AddressCache(lifetime: addressLifetime)
        self.clients = ClientPool(
            limit: clients, idleTime: clientIdleTime, connections: UpstreamConnections(limit: limits.connections.limits.total))
    }

    package func shutdown() async throws {
        resolver.shutdown()
        try await clients.shutdown()
    }

    /// Waits for the limits, checks the addresses and sends the request.
    ///
    /// - Returns: the response as soon as its head is complete.
    func send(
        _ request: TransportRequest, to endpoint: RegistryEndpoint, for requester: Requester
    ) async throws(TransportError) -> UpstreamResponse {
        guard request.limit > .nanoseconds(0) else { throw .timedOut }
        do {
            return try await limits.counted {
                let permit = try await limits.connections.acquire(for: requester, at: endpoint.authority, before: .now() + request.limit)
                let destinations = try await destinations(of: endpoint, .now() + min(request.limit, .seconds(10)), for: requester)
                guard let login = request.login else { return try await send(request, to: destinations, permit) }
                return try await send(request, login, to: endpoint, destinations, permit, for: requester)
            }
        } catch {
            throw TransportError(error)
        }
    }

    private func send(
        _ request: TransportRequest, _ login: TransportRequest.Login, to endpoint: RegistryEndpoint, _ destinations: [Destination],
        _ permit: FairLimiter.Permit, for requester: Requester
    ) async throws -> UpstreamResponse {
        let attempt = try await limits.logins.begin(
            login.fingerprint, for: login.use, at: endpoint.authority, for: requester, because: login.cause, isFollowUp: login.isFollowUp,
            turn: login.turn, isStream: request.forwardedBody != nil, before: .now() + request.limit)
        do {
            var response = try await send(request, to: destinations, permit)
            response.refusal = attempt.end(accepted: login.isAccepted(by: response.status, response.challenges))
            return response
        } catch {
            attempt.end(accepted: nil)
            throw error
        }
    }

    /// Checks all addresses of one look-up. The connection goes to one of them: a second look-up might have another result.
    func addresses(
        of endpoint: RegistryEndpoint, _ deadline: NIODeadline, for requester: Requester
    ) async throws(TransportError) -> [CheckedAddress] {
        let addresses = try await resolved(endpoint, deadline, for: requester)
        guard !addresses.isEmpty else { throw .unknownHost }
        return try policy.check(addresses, of: endpoint, own: own.reach())
    }

    /// The unchecked addresses of a host from DNS; empty if there are none, or if a proxy resolves the name.
    func lookUp(_ endpoint: RegistryEndpoint, for requester: Requester) async -> [IPAddress] {
        guard IPAddress(endpoint.host) != nil || proxy?.serves(endpoint) != true else { return [] }
        return (try? await resolved(endpoint, .now() + .seconds(10), for: requester)) ?? []
    }

    private func resolved(
        _ endpoint: RegistryEndpoint, _ deadline: NIODeadline, for requester: Requester
    ) async throws(TransportError) -> [IPAddress] {
        if let address = IPAddress(endpoint.host) { return [address] }
        return try await cache.addresses(of: endpoint.host, deadline: deadline) { deadline throws(TransportError) in
            try await resolver.addresses(of: endpoint.host, deadline: deadline, for: requester)
        }
    }

    /// The endpoint that a redirect to another origin leads to.
    func redirectEndpoint(of url: RegistryURL, from registry: Registry) async -> RegistryEndpoint {
        await approval.endpoint(of: url, from: registry.trust)
    }

    /// Checks the addresses of a URL that a client is redirected to.
    func check(_ endpoint: RegistryEndpoint, for requester: Requester) async throws(TransportError) {
        _ = try await destinations(of: endpoint, .now() + .seconds(10), for: requester)
    }

    /// Tries the next address only if the connection to one fails: a request that was sent is not sent to another address.
    private func send(
        _ request: TransportRequest, to destinations: [Destination], _ permit: FairLimiter.Permit
    ) async throws -> UpstreamResponse {
        var failure: any Error = TransportError.timedOut
        for destination in inOrder(destinations) {
            do {
                return try await send(request, to: destination, permit)
            } catch  where TransportError.isBeforeConnection(error) {
                failure = error
            }
        }
        throw failure
    }

    private func destinations(
        of endpoint: RegistryEndpoint, _ deadline: NIODeadline, for requester: Requester
    ) async throws(TransportError) -> [Destination] {
        if let proxy, proxy.serves(endpoint) {
            try policy.checkName(of: endpoint, own: own.reach())
            return [Destination(endpoint, through: proxy, silence: silence, simultaneous: limits.connectionsPerRegistry)]
        }
        return try await addresses(of: endpoint, deadline, for: requester).map {
            Destination(endpoint, at: $0, silence: silence, simultaneous: limits.connectionsPerRegistry)
        }
    }

    /// Sends the request once more on a new connection if a connection was closed before any part of a response arrived: registries close
    /// idle connections without notice. GET, HEAD, PUT and DELETE are idempotent (https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2).
    /// A POST that starts an upload or mounts a blob, and a PATCH without a body, may be repeated as well: an additional upload stores nothing.
    private func send(
        _ request: TransportRequest, to destination: Destination, _ permit: FairLimiter.Permit
    ) async throws -> UpstreamResponse {
        do {
            return try await sendOnce(request, to: destination, permit)
        } catch  where request.forwardedBody == nil && TransportError.isClosedBeforeResponse(error) {
            return try await sendOnce(request, to: destination.withNewConnection, permit)
        }
    }

    private func sendOnce(
        _ request: TransportRequest, to destination: Destination, _ permit: FairLimiter.Permit
    ) async throws -> UpstreamResponse {
        let lease = try clients.lease(destination)
        let response: HTTPClientResponse
        request.transmission?.begin()
        let started = ContinuousClock.now
        do {
            response = try await head(of: request, on: lease.client)
            request.transmission?.receive(status: Int(response.status.code))
            measure(request, since: started, status: Int(response.status.code))
        } catch {
            measure(request, since: started, status: nil)
            if request.forwardedBody?.isSent == false || TransportError.isBeforeRequest(error) { request.transmission?.cancel() }
            throw destination.proxy.flatMap { TransportError(error, of: $0) } ?? error
        }
        request.forwardedBody?.suspendReader()
        lease.noteResponse()
        return UpstreamResponse(response, from: request.url, of: Exchange(lease: lease, permit: permit, sent: request.forwardedBody))
    }

    /// The time of an upload depends on the client that sends it.
    private func measure(_ request: TransportRequest, since started: ContinuousClock.Instant, status: Int?) {
        guard request.forwardedBody == nil else { return }
        durations.record(ContinuousClock.now - started, status: status)
    }

    /// The address that responded last comes first: it may have an open connection, and attempts to connect to others may take long to fail.
    private func inOrder(_ destinations: [Destination]) -> [Destination] {
        let responding = Set(destinations.filter(clients.hasResponse))
        return destinations.filter(responding.contains) + destinations.filter { !responding.contains($0) }
    }

    private func head(of request: TransportRequest, on client: HTTPClient) async throws -> HTTPClientResponse {
        let translated = Self.translate(request)
        guard let sent = request.forwardedBody else { return try await client.execute(translated, deadline: .now() + request.limit) }
        return try await withThrowingTaskGroup(of: HTTPClientResponse.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await client.execute(translated, deadline: .distantFuture) }
            group.addTask { [silence] in
                try await sent.expire(afterSilence: silence, afterEnd: request.limit)
                throw CancellationError()
            }
            guard let response = try await group.next() else { throw CancellationError() }
            return response
        }
    }

    private static let userAgent = "lighterman"

    private static func translate(_ request: TransportRequest) -> HTTPClientRequest {
        let head = request.head
        var translated = HTTPClientRequest(url: request.url.description)
        translated.method = HTTPMethod(rawValue: head.method.rawValue)
        translated.headers = HTTPHeaders(head.headerFields.map { ($0.name.canonicalName, $0.value) })
        translated.headers.add(name: "User-Agent", value: userAgent)
        // Content is forwarded and verified in its stored form.
        translated.headers.add(name: "Accept-Encoding", value: "identity")
        if let authorization = request.authorization { translated.headers.add(name: "Authorization", value: authorization.revealed()) }
        switch request.body {
        case .none:
            if [.post, .put, .patch].contains(head.method) { translated.headers.add(name: "Content-Length", value: "0") }
        case .bytes(let bytes): translated.body = .bytes(bytes)
        case .forwarded(let body): translated.body = .stream(body, length: body.length.map { .known($0) } ?? .unknown)
        }
        return translated
    }
}
