import AsyncHTTPClient
import Domain
package import NIOCore
import NIOHTTP1
import Naming

/// The transport that talks to real registries. It finds the addresses of each, asks the policy about all of them, and
/// connects to one that the policy let through. What it uses of the server is bounded by ``RegistryLimits``.
package final class AsyncHTTPClientTransport: RegistryTransport {
    private let policy: AddressPolicy
    private let own: OwnAddresses
    private let resolver: any AddressResolver
    private let cache: AddressCache
    let limits: RegistryLimits
    let silence: TimeAmount
    let clients: ClientPool

    /// - Parameters:
    ///   - own: where this server itself is reached.
    ///   - addressLifetime: for how long addresses are used without another look-up.
    ///   - silence: for how long a registry may send nothing in the middle of contents.
    package init(
        policy: AddressPolicy = AddressPolicy(), own: OwnAddresses = OwnAddresses(), resolver: (any AddressResolver)? = nil,
        addressLifetime: TimeAmount = .seconds(5), limits: RegistryLimits = RegistryLimits(), clients: Int = 64,
        clientIdleTime: TimeAmount = .seconds(60), silence: TimeAmount = .seconds(60)
    ) {
        self.policy = policy
        self.own = own
        self.resolver = resolver ?? SystemResolver(limiter: limits.lookups)
        self.limits = limits
        self.silence = silence
        cache = AddressCache(lifetime: addressLifetime)
        self.clients = ClientPool(
            limit: clients, idleTime: clientIdleTime,
            connections: UpstreamConnections(limit: limits.connections.limits.total))
    }

    package func shutdown() async throws {
        resolver.shutdown()
        try await clients.shutdown()
    }

    package func send(
        _ request: RegistryRequest, to endpoint: RegistryEndpoint, deadline: NIODeadline
    ) async throws(TransportError) -> RegistryResponse {
        try await send(request, to: endpoint, deadline: deadline, for: .background)
    }

    /// The same transport, which uses the shares of somebody else than the server itself.
    func acting(for requester: Requester) -> any RegistryTransport { RequesterTransport(base: self, requester: requester) }

    fileprivate func send(
        _ request: RegistryRequest, to endpoint: RegistryEndpoint, deadline: NIODeadline, for requester: Requester
    ) async throws(TransportError) -> RegistryResponse {
        // The library would look up any other host by itself.
        guard request.url.hasPrefix(endpoint.origin + "/") else { throw .forbidden("what is asked for is not on this registry") }
        do {
            return try await limits.counted {
                let permit = try await limits.connections.acquire(for: requester, at: endpoint.authority, before: deadline)
                defer { permit.release() }
                return try await beforeDeadline(deadline) { [self] in
                    let addresses = try await addresses(of: endpoint, deadline, for: requester)
                    return try await login(of: request, to: endpoint, for: requester, before: deadline) {
                        try await send(request, to: endpoint, at: addresses, deadline)
                    }
                }
            }
        } catch {
            throw TransportError(error)
        }
    }

    /// Sends what may carry a login, within the limit on failed ones.
    private func login(
        of request: RegistryRequest, to endpoint: RegistryEndpoint, for requester: Requester, before deadline: NIODeadline,
        _ send: () async throws -> RegistryResponse
    ) async throws -> RegistryResponse {
        guard let login = request.login else { return try await send() }
        let attempt = try await limits.logins.begin(
            LoginLimiter.fingerprint(of: login), at: endpoint.authority, for: requester, before: deadline - .milliseconds(200))
        let response = try await send()
        // https://www.rfc-editor.org/rfc/rfc6749#section-5.2: a realm that is asked by a form refuses a login with 400.
        attempt.end(status: request.form != nil && response.status == 400 ? 401 : response.status)
        return response
    }

    /// One look-up, whose answers are checked and then connected to: a name that is looked up twice may change in between.
    func addresses(
        of endpoint: RegistryEndpoint, _ deadline: NIODeadline, for requester: Requester
    ) async throws(TransportError) -> [CheckedAddress] {
        let addresses: [IPAddress] =
            if let address = IPAddress(endpoint.host) { [address] } else {
                try await cache.addresses(of: endpoint.host, deadline: deadline) { deadline throws(TransportError) in
                    try await resolver.addresses(of: endpoint.host, deadline: deadline, for: requester)
                }
            }
        guard !addresses.isEmpty else { throw .connection("the host name is not known") }
        return try policy.check(addresses, of: endpoint, own: own.reach())
    }

    /// Goes on to the next address where there is no connection to one, and only then: what was sent is not sent again.
    private func send(
        _ request: RegistryRequest, to endpoint: RegistryEndpoint, at addresses: [CheckedAddress], _ deadline: NIODeadline
    ) async throws -> RegistryResponse {
        var failure: any Error = TransportError.timedOut
        for destination in inOrder(addresses.map { Destination(endpoint, at: $0) }) {
            do {
                return try await clients.with(destination) { try await Self.execute(request, on: $0, deadline) }
            } catch  where TransportError.isBeforeConnection(error) {
                failure = error
            }
        }
        throw failure
    }

    /// What has just answered comes first: it may have a connection still, and the others may be what takes long to fail.
    func inOrder(_ destinations: [Destination]) -> [Destination] {
        let answered = Set(destinations.filter(clients.hasAnswer))
        return destinations.filter(answered.contains) + destinations.filter { !answered.contains($0) }
    }

    private static func execute(
        _ request: RegistryRequest, on client: HTTPClient, _ deadline: NIODeadline
    ) async throws -> RegistryResponse {
        let response = try await client.execute(translate(request), deadline: deadline)
        return RegistryResponse(
            status: Int(response.status.code), challenges: Challenge.parse(response.headers["www-authenticate"]),
            location: response.headers.first(name: "location"), body: try await beginning(of: response.body))
    }

    private static func translate(_ request: RegistryRequest) -> HTTPClientRequest {
        var translated = HTTPClientRequest(url: request.url)
        translated.method = HTTPMethod(rawValue: request.method.rawValue)
        translated.headers.add(name: "User-Agent", value: "lighterman")
        translated.headers.add(name: "Accept", value: "*/*")
        if let form = request.form {
            translated.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            translated.body = .bytes(ByteBuffer(string: form.revealed()))
        } else if request.method == .post {
            translated.headers.add(name: "Content-Length", value: "0")
        }
        if let authorization = request.authorization {
            translated.headers.add(name: "Authorization", value: authorization.revealed())
        }
        return translated
    }

    private static func beginning(of body: HTTPClientResponse.Body) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await part in body {
            bytes += part.readableBytesView.prefix(RegistryResponse.bodyLimit - bytes.count)
            if bytes.count == RegistryResponse.bodyLimit { break }
        }
        return bytes
    }
}

/// The transport on behalf of one requester.
private struct RequesterTransport: RegistryTransport {
    let base: AsyncHTTPClientTransport
    let requester: Requester

    func send(
        _ request: RegistryRequest, to endpoint: RegistryEndpoint, deadline: NIODeadline
    ) async throws(TransportError) -> RegistryResponse {
        try await base.send(request, to: endpoint, deadline: deadline, for: requester)
    }
}
