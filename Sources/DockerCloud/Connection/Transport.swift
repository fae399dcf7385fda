import AsyncHTTPClient
import Dispatch
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Wire

/// Sends requests to one server.
final class Transport: Sendable {
    /// In bytes.
    static let maximumBody = 16 << 20
    private static let connectTimeout = TimeAmount.seconds(5)

    private let host: CloudHost
    private let authorization: Authorization
    private let userAgent: String
    private let timeout: Duration
    private let http: HTTPClient
    /// Whether the HTTP client belongs to the caller, who shuts it down.
    private let isShared: Bool
    private let logger: Logger?

    init(host: CloudHost, authorization: Authorization, userAgent: String, timeout: Duration, httpClient: HTTPClient?, logger: Logger?) {
        self.host = host
        self.authorization = authorization
        self.userAgent = userAgent
        self.timeout = timeout
        self.logger = logger
        http = httpClient ?? Self.makeHTTPClient()
        isShared = httpClient != nil
    }

    private static func makeHTTPClient() -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: connectTimeout), proxy: nil,
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        // A refused connection or an invalid certificate fails immediately: a retry within the time-out would not help.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    deinit {
        if !isShared { http.shutdown { _ in } }
    }

    func send(_ call: ClientRequest) async throws(DockerCloudError) -> Response {
        let response: Response
        do {
            response = try await exchange(call)
        } catch {
            log(call, "error", error.code.rawValue)
            throw error
        }
        log(call, "status", "\(response.status)")
        switch response.status {
        case 200..<300: return response
        case 300..<400: throw .redirected(status: response.status, location: response.location)
        default:
            let body = response.errorBody
            let message = body.error.redacting(authorization.secrets + call.secrets)
            var error = DockerCloudError(
                code: DockerCloudError.Code(status: response.status, code: body.code), message: message, status: response.status,
                retryAfter: response.retryAfter, requestID: response.requestID)
            error.refusedUser = response.refusedUser
            throw error
        }
    }

    /// Logs a request without its query, header fields and body.
    private func log(_ call: ClientRequest, _ outcome: String, _ value: String) {
        logger?.debug("Docker Cloud request", metadata: ["method": "\(call.method.rawValue)", "path": "\(call.path)", outcome: "\(value)"])
    }

    private func exchange(_ call: ClientRequest) async throws(DockerCloudError) -> Response {
        do {
            return try await withDeadline { try await self.response(to: call) }
        } catch {
            throw DockerCloudError(error, from: host, timeout: timeout)
        }
    }

    private func response(to call: ClientRequest) async throws -> Response {
        let response = try await http.execute(request(for: call), timeout: TimeAmount(timeout))
        let requestID = response.headers.first(name: Header.requestID)
        // The configuration of the caller's HTTP client may follow redirects. Another server's response is not used.
        if response.history.count > 1, let first = response.history.first?.responseHead {
            throw DockerCloudError.redirected(status: Int(first.status.code), location: first.headers.first(name: "Location"))
        }
        do {
            let body = try await response.body.collect(upTo: Self.maximumBody)
            return Response(
                status: Int(response.status.code), body: Array(body.readableBytesView), requestID: requestID,
                location: response.headers.first(name: "Location"),
                retryAfter: response.headers.first(name: "Retry-After").flatMap { UInt32($0) }.map { .seconds($0) },
                refusedUser: response.headers.first(name: Header.refusedUser))
        } catch is NIOTooManyBytesError {
            throw DockerCloudError.invalidResponse(reason: "it is larger than 16 MiB", requestID: requestID)
        }
    }

    /// The HTTP client's own time-out covers the response only up to its head; this one covers the body, too.
    private func withDeadline(_ work: @escaping @Sendable () async throws -> Response) async throws -> Response {
        try await withThrowingTaskGroup(of: Response.self) { [host, timeout] group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw DockerCloudError.timedOut(host, after: timeout)
            }
            guard let response = try await group.next() else { throw CancellationError() }
            return response
        }
    }

    private func request(for call: ClientRequest) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: host.description + call.target)
        request.method = HTTPMethod(rawValue: call.method.rawValue)
        request.headers = ["Accept": "application/json", "Authorization": authorization.headerValue, "User-Agent": userAgent]
        if let body = call.body {
            request.headers.add(name: "Content-Type", value: "application/json")
            // A body that cannot be read twice is not sent again if the HTTP client follows redirects: it may contain a password.
            request.body = .bytes(IteratorSequence(body.makeIterator()), length: .known(Int64(body.count)))
        }
        return request
    }
}

extension String {
    /// Replaces secrets that the server repeats with `<redacted>`.
    ///
    /// Secrets that are short or consist only of letters are not replaced: redacting "password" from a sentence would reveal the password.
    fileprivate func redacting(_ secrets: [String]) -> String {
        secrets.filter { $0.count >= 8 && !$0.allSatisfy(\.isLetter) }.reduce(self) { $0.replacing($1, with: "<redacted>") }
    }
}

/// A response of the server.
struct Response: Sendable {
    let status: Int
    let body: [UInt8]
    let requestID: String?
    let location: String?
    /// nil also if the server sent a date, which depends on its clock.
    let retryAfter: Duration?
    /// The mark of a stored user name that a registry refused.
    let refusedUser: String?

    func json() throws(DockerCloudError) -> JSON {
        do {
            return try JSONReader.read(body)
        } catch {
            throw .invalidResponse(reason: "it is not JSON", requestID: requestID)
        }
    }

    /// The body of an error response, or a default.
    var errorBody: ErrorBody {
        guard let error = try? WireCoding.decode(ErrorBody.self, from: Data(body)), !error.error.isEmpty else {
            return ErrorBody(error: "The server reported an error without a message")
        }
        return error
    }
}
