import AsyncHTTPClient
import Dispatch
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL
import Wire

/// The connections to one server.
final class Transport: Sendable {
    static let maximumAnswer = 16 << 20
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
        // A refused connection or a bad certificate stays what it is for as long as a person waits.
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    deinit {
        http.shutdown { _ in }
    }

    func send(_ call: ClientRequest) async throws(DockerCloudError) -> Answer {
        let answer = try await exchange(call)
        switch answer.status {
        case 200..<300: return answer
        case 300..<400: throw .redirected(status: answer.status, location: answer.location)
        default:
            let secrets = authorization.secrets + call.secrets
            throw .api(status: answer.status, message: answer.faultMessage.redacting(secrets), requestID: answer.requestID)
        }
    }

    private func exchange(_ call: ClientRequest) async throws(DockerCloudError) -> Answer {
        do {
            return try await withDeadline { try await self.answer(to: call) }
        } catch {
            throw DockerCloudError(error, from: host, timeout: timeout)
        }
    }

    private func answer(to call: ClientRequest) async throws -> Answer {
        let response = try await http.execute(request(for: call), timeout: TimeAmount(timeout))
        let requestID = response.headers.first(name: Header.requestID)
        do {
            let body = try await response.body.collect(upTo: Self.maximumAnswer)
            return Answer(
                status: Int(response.status.code), body: Array(body.readableBytesView), requestID: requestID,
                location: response.headers.first(name: "Location"))
        } catch is NIOTooManyBytesError {
            throw DockerCloudError.invalidResponse(reason: "it is larger than 16 MiB", requestID: requestID)
        }
    }

    /// The HTTP client's own time-out ends with the head of the answer; this one counts the body, too.
    private func withDeadline(_ work: @escaping @Sendable () async throws -> Answer) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { [host, timeout] group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw DockerCloudError.timedOut(host: host.description, seconds: timeout / .seconds(1))
            }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
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
    /// Without the texts that were sent in confidence, should the other side repeat them.
    ///
    /// Plain words stay: to blot "password" out of a sentence would tell what the password is.
    fileprivate func redacting(_ secrets: [String]) -> String {
        secrets.filter { $0.count >= 8 && !$0.allSatisfy(\.isLetter) }.reduce(self) { $0.replacing($1, with: "<redacted>") }
    }
}
