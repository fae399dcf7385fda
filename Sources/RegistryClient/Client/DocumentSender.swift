import Domain
package import HTTPTypes
package import NIOCore
import Naming

/// Posts documents to a URL that the operator of the server configured. The address policy, the egress proxy and the limits of requests to
/// registries apply. It follows no redirects.
package struct DocumentSender: Sendable {
    private let url: RegistryURL
    private let endpoint: RegistryEndpoint
    private let transport: AsyncHTTPClientTransport

    package init(to url: RegistryURL, through transport: AsyncHTTPClientTransport) {
        self.url = url
        endpoint = RegistryEndpoint(authority: url.authority, isTLS: url.isTLS)
        self.transport = transport
    }

    /// The host and port, without the path and the query, which may contain a secret.
    package var host: String { url.authority.description }

    /// - Parameter limit: the time for the head of the response.
    /// - Returns: the status of the response.
    package func post(_ document: [UInt8], _ fields: HTTPFields, within limit: TimeAmount) async throws(TransportError) -> Int {
        var request = TransportRequest(.post, url.target, at: endpoint, limit: limit)
        for field in fields { request.head.headerFields.append(field) }
        request.body = .bytes(ByteBuffer(bytes: document))
        let response = try await transport.send(request, to: endpoint, for: .background)
        await response.discardBody()
        return response.status
    }

    /// A sentence about a failed request, for the operator.
    package func text(of error: TransportError) -> String {
        guard case .forbidden(let predicate) = error else { return "\(host): \(error.reason)" }
        let advice = predicate.advice == nil ? "" : ": allow it with --allow \(url.authority.host):\(url.port) or a network"
        return "\(host) \(predicate.failure)\(advice)"
    }
}
