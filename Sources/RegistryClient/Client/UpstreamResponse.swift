import AsyncHTTPClient
import Domain
import HTTPTypes
package import NIOCore
import NIOHTTP1
import Naming

/// A registry's response: the complete head, and a body that is read while it arrives.
package struct UpstreamResponse: Sendable {
    /// In bytes; enough for every error document.
    package static let errorBodyLimit = 64 << 10

    let head: HTTPResponse
    package let body: UpstreamBody
    /// The URL that was requested, after redirects.
    let url: RegistryURL
    /// The hold that starts with this response; nil unless it refuses the request's login.
    var refusal: LoginRefusal?
    /// The token that the request carried, and its realm.
    var token: (value: Token, realm: TokenRealm)?
    /// Whether the request carried a login or a token.
    package internal(set) var isAuthenticated = false
    /// The secrets that no field that leaves the server may contain; nil for a response that no client sees.
    var secrets: SecretsInUse?
    /// The host that responded, if a redirect led to another origin than the registry's.
    var redirectHost: RegistryAuthority?
    /// The redirect to that host and the approvals that allowed it.
    package internal(set) var redirect: FollowedRedirect?

    /// Whether it is a refusal by a host that did not receive the credential. It shows nothing about the credential.
    package var isRefusalElsewhere: Bool { redirectHost != nil && [401, 403].contains(status) }

    /// Whether the registry denies access to an authenticated client, or to all anonymous clients.
    package var isDenial: Bool {
        guard redirectHost == nil else { return false }
        // https://www.rfc-editor.org/rfc/rfc6750#section-3.1: an invalid token does not authenticate a client.
        return status == 403 || status == 401 && token != nil && !challenges.contains { $0.parameters["error"] == "invalid_token" }
    }

    /// Whether the registry demands a user name and password, which the request did not carry.
    package var demandsLogin: Bool {
        status == 401 && redirectHost == nil && !isAuthenticated && AuthenticationScheme(challenges) == .basic
    }

    package var status: Int { head.status.code }
    var fields: HTTPFields { head.headerFields }

    /// The `Content-Length`, in bytes.
    package var length: Int? { fields[.contentLength].flatMap(Int.init) }

    init(_ response: HTTPClientResponse, from url: RegistryURL, of exchange: Exchange) {
        self.url = url
        var fields = HTTPFields()
        for (name, value) in response.headers {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        head = HTTPResponse(status: .init(code: Int(response.status.code)), headerFields: fields)
        body = UpstreamBody(response.body, of: exchange)
    }

    /// Releases the resources of the response: reads the rest of a short body, so that the connection can serve another request, or closes it.
    package func discardBody() async {
        _ = try? await body.collect(upTo: Self.errorBodyLimit, within: .seconds(1))
        body.release()
    }

    /// The first bytes of the body, at most ``errorBodyLimit``. The rest is not read.
    func beginning(within time: TimeAmount) async throws -> [UInt8] {
        defer { body.release() }
        return try await beforeDeadline(.now() + time) { [body] in
            var bytes: [UInt8] = []
            for try await part in body {
                bytes += part.readableBytesView.prefix(Self.errorBodyLimit - bytes.count)
                if bytes.count == Self.errorBodyLimit { break }
            }
            return bytes
        }
    }

    /// The challenges, with realms as absolute URLs.
    var challenges: [Challenge] { Challenge.parse(fields[values: .wwwAuthenticate]).map { $0.resolvingRealm(against: url) } }
}

/// A redirect to another origin that was followed, and the approvals of its target at that time.
package struct FollowedRedirect: Sendable {
    let url: RegistryURL
    let trust: RegistryTrust
}

/// A body that is read while it arrives. Its connection serves other requests after the body was read to its end, and is closed otherwise.
package struct UpstreamBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    private let body: HTTPClientResponse.Body
    private let exchange: Exchange

    init(_ body: HTTPClientResponse.Body, of exchange: Exchange) {
        self.body = body
        self.exchange = exchange
    }

    /// Releases the resources of request and response, even if there are other references to them.
    package func release() { exchange.end() }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(parts: body.makeAsyncIterator(), exchange: exchange) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        var parts: HTTPClientResponse.Body.AsyncIterator
        let exchange: Exchange

        @concurrent package mutating func next() async throws -> ByteBuffer? {
            do {
                return try await parts.next()
            } catch {
                throw TransportError(error)
            }
        }
    }

    /// The whole body; nil if it is longer than the limit.
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
