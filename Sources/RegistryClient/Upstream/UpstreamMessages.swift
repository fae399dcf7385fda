import AsyncHTTPClient
package import Domain
package import NIOCore
package import Naming

/// The repository that something is asked of on its registry, and with which credential.
package struct UpstreamRepository: Sendable {
    package let name: RepositoryName
    package let registry: Registry
    package let reference: CredentialReference?
    let credential: Credential?
    /// On whose behalf.
    package let requester: Requester

    package init(
        name: RepositoryName, registry: Registry, reference: CredentialReference?, credential: Credential?, requester: Requester
    ) {
        self.name = name
        self.registry = registry
        self.reference = reference
        self.credential = credential
        self.requester = requester
    }
}

/// A call of the distribution API (https://github.com/opencontainers/distribution-spec) on a repository.
package struct UpstreamRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET", head = "HEAD", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE"
    }

    package enum Target: Sendable {
        /// What follows the repository's path, with the query.
        case resource(String)
        /// An upload, at the path and the query where the registry has put it.
        case upload(UploadTarget)
    }

    package enum Body: Sendable {
        case none
        case bytes(ByteBuffer)
        /// A body that is sent as the client sends it, once only.
        case forwarded(ForwardedBody)
    }

    package var method: Method
    package var target: Target
    package var headers: [(name: String, value: String)]
    package var body: Body
    package var rights: UpstreamRights

    package init(
        _ method: Method, _ target: Target, headers: [(name: String, value: String)] = [], body: Body = .none, rights: UpstreamRights
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.rights = rights
    }

    var isReplayable: Bool { forwardedBody == nil }
    var forwardedBody: ForwardedBody? { if case .forwarded(let body) = body { body } else { nil } }
}

/// What a registry answered: its head at once, its body as it comes.
package struct UpstreamResponse: Sendable {
    package let head: UpstreamHead
    package let body: UpstreamBody

    package var status: Int { head.status }
    package var headers: UpstreamHead.Headers { head.headers }

    init(status: Int, headers: UpstreamHead.Headers, body: UpstreamBody) {
        head = UpstreamHead(status: status, headers: headers)
        self.body = body
    }

    /// Releases what the response holds: reads what is left of a short body, so that the connection can serve another request, or closes it.
    package func discardBody() async {
        _ = try? await body.collect(upTo: RegistryResponse.bodyLimit, within: .seconds(1))
        body.release()
    }
}

/// The head of a response.
package struct UpstreamHead: Sendable {
    package let status: Int
    package let headers: Headers

    /// Header fields by their names, whatever their case.
    package struct Headers: Sendable {
        private let fields: [String: [String]]

        init(_ pairs: [(name: String, value: String)]) {
            fields = Dictionary(grouping: pairs) { $0.name.lowercased() }.mapValues { $0.map(\.value) }
        }

        package subscript(name: String) -> String? { fields[name.lowercased()]?.first }
        package func all(_ name: String) -> [String] { fields[name.lowercased()] ?? [] }
    }
}

/// A body that is read as it comes. The connection is free when it was read to its end, and closed where it is given up before.
package struct UpstreamBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    private let body: HTTPClientResponse.Body
    private let exchange: Exchange

    init(_ body: HTTPClientResponse.Body, of exchange: Exchange) {
        self.body = body
        self.exchange = exchange
    }

    /// Ends what the request and the response hold, whoever still refers to them.
    package func release() { exchange.end() }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(parts: body.makeAsyncIterator(), exchange: exchange) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        var parts: HTTPClientResponse.Body.AsyncIterator
        let exchange: Exchange

        package mutating func next() async throws -> ByteBuffer? {
            do {
                return try await parts.next()
            } catch {
                throw TransportError(error)
            }
        }
    }

    /// The whole of it; nil where it is longer than that.
    ///
    /// - Parameter time: how long it may take.
    package func collect(upTo limit: Int, within time: TimeAmount) async throws -> ByteBuffer? {
        try await beforeDeadline(.now() + time) {
            var whole = ByteBuffer()
            for try await part in self {
                guard whole.readableBytes + part.readableBytes <= limit else { return nil }
                whole.writeImmutableBuffer(part)
            }
            return whole
        }
    }
}

/// Holds the resources of a request until its response was read or abandoned: the HTTP client, the permit of the connection limit and the body
/// that was sent.
final class Exchange: Sendable {
    private let lease: ClientLease
    private let permit: FairLimiter.Permit
    private let sent: ForwardedBody?

    init(lease: ClientLease, permit: FairLimiter.Permit, sent: ForwardedBody?) {
        self.lease = lease
        self.permit = permit
        self.sent = sent
    }

    deinit { end() }

    func end() {
        sent?.close()
        permit.release()
    }
}

/// Why a registry's answer is not to be had; each with a sentence for people.
package enum UpstreamError: Error, Hashable, Sendable {
    /// The registry, or where it has its tokens made, does not answer.
    case unreachable(String)
    case timedOut(String)
    /// The stored credential is not taken, or may not do it.
    case refused(String)
    /// Nobody allowed to ask there.
    case forbidden(String)
    /// What was to be sent to it came to no end.
    case abandoned
    /// A limit of this server's was reached.
    case limited(LimitReached)
}
