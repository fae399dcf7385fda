import AsyncHTTPClient
import Dispatch
import FoundationEssentials
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

    init(host: CloudHost, authorization: Authorization, userAgent: String, timeout: Duration) {
        self.host = host
        self.authorization = authorization
        self.userAgent = userAgent
        self.timeout = timeout
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: Self.connectTimeout), proxy: nil,
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        // A refused connection or an invalid certificate fails immediately: a retry within the time-out would not help.
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    deinit {
        http.shutdown { _ in }
    }

    func send(_ call: ClientRequest) async throws(DockerCloudError) -> Response {
        let response = try await exchange(call)
        switch response.status {
        case 200..<300: return response
        case 300..<400: throw .redirected(status: response.status, location: response.location)
        default:
            let secrets = authorization.secrets + call.secrets
            throw .api(status: response.status, message: response.errorMessage.redacting(secrets), requestID: response.requestID)
        }
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
        do {
            let body = try await response.body.collect(upTo: Self.maximumBody)
            return Response(
                status: Int(response.status.code), body: Array(body.readableBytesView), requestID: requestID,
                location: response.headers.first(name: "Location"))
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
                throw DockerCloudError.timedOut(host: host.description, seconds: timeout / .seconds(1))
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
            request.body = .bytes(ByteBuffer(bytes: body))
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

    func json() throws(DockerCloudError) -> JSON {
        do {
            return try JSONReader.read(body)
        } catch {
            throw .invalidResponse(reason: "it is not JSON", requestID: requestID)
        }
    }

    /// The message in the body of an error response, or a default.
    var errorMessage: String {
        guard let error = try? WireCoding.decode(ErrorBody.self, from: Data(body)), !error.error.isEmpty else {
            return "The server reported an error without a message"
        }
        return error.error
    }
}
