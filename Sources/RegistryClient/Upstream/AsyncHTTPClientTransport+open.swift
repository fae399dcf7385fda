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
    }

    /// - Parameter deadline: for the head of the answer.
    func open(
        _ opening: Opening, to endpoint: RegistryEndpoint, deadline: NIODeadline
    ) async throws(TransportError) -> UpstreamResponse {
        // The library would look up any other host by itself.
        guard opening.url.hasPrefix(endpoint.origin + "/") else { throw .forbidden("what is asked for is not on this registry") }
        let addresses = try await addresses(of: endpoint, min(deadline, .now() + .seconds(10)))
        var failure = TransportError.timedOut
        for destination in inOrder(addresses.map { Destination(endpoint, at: $0, for: .contents(silence: silence)) }) {
            let lease = try clients.lease(destination)
            do {
                let response = try await lease.client.execute(Self.translate(opening), deadline: deadline)
                lease.answered()
                return UpstreamResponse(
                    status: Int(response.status.code), headers: .init(response.headers.map { ($0.name, $0.value) }),
                    body: UpstreamBody(response.body, lease: lease))
            } catch {
                failure = TransportError(error)
                guard TransportError.isBeforeConnection(error) else { break }
            }
        }
        throw failure
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
        case .stream(let parts, let length): request.body = Self.body(parts, length: length)
        }
        return request
    }

    private static func body(
        _ parts: some AsyncSequence<ByteBuffer, any Error> & Sendable, length: Int64?
    ) -> HTTPClientRequest.Body {
        .stream(SentParts(parts: parts), length: length.map { .known($0) } ?? .unknown)
    }
}
