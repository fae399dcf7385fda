import AsyncHTTPClient
import Domain
package import NIOCore
import NIOHTTP1
import Naming

/// The transport that talks to real registries. It finds the addresses of each, asks the policy about all of them, and
/// connects to one that the policy let through.
package final class AsyncHTTPClientTransport: RegistryTransport {
    private let policy: AddressPolicy
    private let own: OwnAddresses
    private let resolver: any AddressResolver
    private let turnstile: Turnstile
    let silence: TimeAmount
    let clients: ClientPool

    /// - Parameters:
    ///   - own: where this server itself is reached.
    ///   - simultaneous: how many questions one registry is asked at a time; more wait.
    ///   - silence: for how long a registry may send nothing in the middle of contents.
    package init(
        policy: AddressPolicy = AddressPolicy(), own: OwnAddresses = OwnAddresses(), resolver: any AddressResolver = SystemResolver(),
        simultaneous: Int = 4, clients: Int = 64, clientIdleTime: TimeAmount = .seconds(60), silence: TimeAmount = .seconds(60)
    ) {
        self.policy = policy
        self.own = own
        self.resolver = resolver
        turnstile = Turnstile(limit: simultaneous)
        self.silence = silence
        self.clients = ClientPool(limit: clients, idleTime: clientIdleTime)
    }

    package func shutdown() async throws {
        resolver.shutdown()
        try await clients.shutdown()
    }

    package func send(
        _ request: RegistryRequest, to endpoint: RegistryEndpoint, deadline: NIODeadline
    ) async throws(TransportError)
        -> RegistryResponse
    {
        // The library would look up any other host by itself.
        guard request.url.hasPrefix(endpoint.origin + "/") else { throw .forbidden("what is asked for is not on this registry") }
        do {
            return try await Self.before(deadline) { [self] in
                try await turnstile.pass(endpoint.authority) {
                    try await send(request, to: endpoint, at: addresses(of: endpoint, deadline), deadline)
                }
            }
        } catch {
            throw TransportError(error)
        }
    }

    /// One look-up, whose answers are checked and then connected to: a name that is looked up twice may change in between.
    func addresses(of endpoint: RegistryEndpoint, _ deadline: NIODeadline) async throws(TransportError) -> [CheckedAddress] {
        let addresses: [IPAddress] =
            if let address = IPAddress(endpoint.host) { [address] } else {
                try await resolver.addresses(of: endpoint.host, deadline: deadline)
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

    /// The library's own deadline ends with the head of an answer; this one holds for all of it, waiting in line included.
    private static func before(
        _ deadline: NIODeadline, _ work: @escaping @Sendable () async throws -> RegistryResponse
    ) async throws -> RegistryResponse {
        try await withThrowingTaskGroup(of: RegistryResponse.self) { group in
            defer { group.cancelAll() }
            group.addTask(operation: work)
            group.addTask {
                try await Task.sleep(for: .nanoseconds((deadline - .now()).nanoseconds))
                throw TransportError.timedOut
            }
            guard let response = try await group.next() else { throw CancellationError() }
            return response
        }
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
