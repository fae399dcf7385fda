import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
import Naming

extension AsyncHTTPClientTransport {
    /// A request whose answer is read as it comes, or whose body is sent so.
    struct Opening {
        var method: UpstreamRequest.Method
        var url: String
        var headers: [(name: String, value: String)]
        var authorization: Secret?
        var body: UpstreamRequest.Body

        var forwardedBody: ForwardedBody? { if case .forwarded(let body) = body { body } else { nil } }
    }

    /// - Parameter limit: how long the head of the response may take from the last byte of the request on.
    func open(
        _ opening: Opening, to endpoint: RegistryEndpoint, for requester: Requester, limit: TimeAmount
    ) async throws(TransportError) -> UpstreamResponse {
        // The library would look up any other host by itself.
        guard opening.url.hasPrefix(endpoint.origin + "/") else { throw .forbidden("what is asked for is not on this registry") }
        do {
            return try await limits.counted {
                let permit = try await limits.connections.acquire(for: requester, at: endpoint.authority)
                let addresses = try await addresses(of: endpoint, .now() + min(limit, .seconds(10)), for: requester)
                let attempt: LoginLimiter.Attempt? =
                    if let login = opening.authorization?.login {
                        try await limits.logins.begin(LoginLimiter.fingerprint(of: login), at: endpoint.authority, for: requester)
                    } else { nil }
                let response = try await open(opening, to: endpoint, at: addresses, holding: permit, limit)
                attempt?.end(status: response.status)
                return response
            }
        } catch {
            throw TransportError(error)
        }
    }

    private func open(
        _ opening: Opening, to endpoint: RegistryEndpoint, at addresses: [CheckedAddress], holding permit: FairLimiter.Permit,
        _ limit: TimeAmount
    ) async throws -> UpstreamResponse {
        var failure: any Error = TransportError.timedOut
        for destination in inOrder(addresses.map { Destination(endpoint, at: $0, for: contents) }) {
            let lease = try clients.lease(destination)
            do {
                let response = try await head(of: opening, on: lease.client, limit)
                opening.forwardedBody?.suspendReader()
                lease.answered()
                return UpstreamResponse(
                    status: Int(response.status.code), headers: .init(response.headers.map { ($0.name, $0.value) }),
                    body: UpstreamBody(response.body, of: Exchange(lease: lease, permit: permit, sent: opening.forwardedBody)))
            } catch  where TransportError.isBeforeConnection(error) {
                failure = error
            }
        }
        throw failure
    }

    private var contents: Destination.Use { .contents(silence: silence, connections: limits.connectionsPerRegistry) }

    private func head(of opening: Opening, on client: HTTPClient, _ limit: TimeAmount) async throws -> HTTPClientResponse {
        let request = Self.translate(opening)
        guard let sent = opening.forwardedBody else { return try await client.execute(request, deadline: .now() + limit) }
        return try await withThrowingTaskGroup(of: HTTPClientResponse.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await client.execute(request, deadline: .distantFuture) }
            group.addTask { [silence] in
                try await sent.expire(afterSilence: silence, afterEnd: limit)
                throw CancellationError()
            }
            guard let response = try await group.next() else { throw CancellationError() }
            return response
        }
    }

    private static func translate(_ opening: Opening) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: opening.url)
        request.method = HTTPMethod(rawValue: opening.method.rawValue)
        request.headers = HTTPHeaders(opening.headers.map { ($0.name, $0.value) })
        request.headers.add(name: "User-Agent", value: "lighterman")
        if let authorization = opening.authorization { request.headers.add(name: "Authorization", value: authorization.revealed()) }
        switch opening.body {
        case .none:
            if [.post, .put, .patch].contains(opening.method) { request.headers.add(name: "Content-Length", value: "0") }
        case .bytes(let bytes): request.body = .bytes(bytes)
        case .forwarded(let body): request.body = .stream(body, length: body.length.map { .known($0) } ?? .unknown)
        }
        return request
    }
}
