import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Naming
import Operations
import RegistryClient
import Synchronization

/// One request for a repository, authorized and recorded. The credential is decrypted for the first request to the registry, and so not at
/// all for a cached manifest.
final class RepositoryProxy: Sendable {
    let call: Call
    let name: GatewayName
    private let authorized: AuthorizedRepository
    let record: RecordedUse
    let use: ContentUse
    /// The tag or digest of the request, for the audit trail.
    let reference: String?
    let client: AuthenticatedClient
    let handler: GatewayHandler
    private let opened = Mutex<UpstreamRepository?>(nil)
    /// Whether the response is forwarded while it arrives, so that its result is not known when it starts.
    private let isStreaming = Mutex(false)

    init(
        _ call: Call, _ name: GatewayName, _ resource: GatewayPath.Resource, _ use: ContentUse, _ client: AuthenticatedClient,
        _ handler: GatewayHandler
    ) async throws {
        let reference = try Self.reference(call, resource)
        do {
            (authorized, record) = try await handler.backend.useRepository(
                use, of: name.repository, reference, isQuestion: call.method == .head, in: name.namespace, by: client.caller)
        } catch RequestError.notFound(let message) {
            throw GatewayError.nameUnknown("\(message): register it with 'docker-cloud repository register \(name.repository)'")
        }
        self.call = call
        self.name = name
        self.use = use
        self.reference = reference
        self.client = client
        self.handler = handler
    }

    var repository: Repository { authorized.repository }

    /// A manifest that is pushed by its digest can get tags as well, and is then `tag,tag@digest`
    /// (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests).
    private static func reference(_ call: Call, _ resource: GatewayPath.Resource) throws -> String? {
        let tags = call.target.query.all("tag")
        guard case .manifest(.digest(let digest)) = resource, call.method == .put, !tags.isEmpty else { return resource.reference }
        guard tags.allSatisfy({ if case .tag? = ManifestReference(parsing: $0) { true } else { false } }) else {
            throw GatewayError.tagInvalid("The parameter 'tag' is not a tag")
        }
        return "\(tags.joined(separator: ","))@\(digest)"
    }

    /// Responds, and records the result of the request.
    func respond(_ body: (RepositoryProxy) async throws -> Response) async throws -> Response {
        do {
            let response = try await body(self)
            if !isStreaming.withLock({ $0 }) { record.succeed() }
            return response
        } catch {
            let gatewayError = handler.error(error, of: call)
            record.fail(gatewayError.message, status: gatewayError.status)
            // The response to an `UpstreamError` logs it.
            throw error is UpstreamError ? error : gatewayError
        }
    }

    /// A body that is written while the client is connected. Its end is recorded as the end of the request.
    func streaming(
        _ length: Int?, _ write: @escaping @Sendable (BodyWriter) async throws -> Void
    ) -> ResponseBody {
        isStreaming.withLock { $0 = true }
        return ResponseBody(contentLength: length) { [self] writer in
            let writer = BodyWriter(writer)
            do {
                try await call.whileClientIsThere(and: rights) { try await write(writer) }
                record.succeed()
            } catch {
                record.fail(error is CancellationError ? "the client left" : "the response broke off", status: nil)
                throw error
            }
        }
    }

    func upstreamRepository() async throws -> UpstreamRepository {
        if let repository = opened.withLock({ $0 }) { return repository }
        let repository = try await handler.backend.openUpstream(of: authorized, by: client.caller)
        opened.withLock { $0 = repository }
        return repository
    }

    /// - Parameter list: the resource whose next page the token names; nil for an upload.
    func locationToken(list: String? = nil) -> LocationToken {
        LocationToken(
            list: list, in: repository, of: client.caller.identity.account.id, sealer: handler.locations,
            now: handler.backend.clockReading().wall)
    }

    /// Sends a request to the registry while the client is connected and may use the repository, and returns any response.
    func send(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        let repository = try await upstreamRepository()
        return try await call.whileClientIsThere(and: rights) { [handler, repositoryUse] in
            try await handler.send(request, to: repository, as: repositoryUse)
        }
    }

    /// The condition that the caller may still use the repository, and that it is still the same repository.
    var rights: Call.Condition { Call.Condition(every: handler.rightsInterval) { try await self.checkRights() } }

    /// Throws if the request must end. The connection is closed after the response, if one can still be sent.
    func checkRights() async throws {
        do {
            try await handler.backend.checkContinuation(use, of: authorized, by: client.caller)
        } catch let error as RequestError {
            call.logger.notice(
                "ended a request in progress", metadata: ["repository": "\(repository.name)", "reason": "\(error.message)"])
            var ended = GatewayError(error)
            ended.headers[.connection] = "close"
            throw ended
        }
    }

    var repositoryUse: RepositoryUse { RepositoryUse(repository: repository, use: use, caller: client.caller, logger: call.logger) }

    /// Notes that the client receives content, or that its manifest is stored.
    func noteContent() async { await handler.note(.success(isContent: true, isAuthenticated: false), repositoryUse) }

    /// Sends a request to the registry, and throws if it refuses it.
    func request(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        let response = try await send(request)
        guard response.status >= 400 else { return response }
        throw try await error(of: response)
    }

    /// The registry's own error message, unless it repeats a secret, with a code of the specification.
    func error(of response: UpstreamResponse) async throws -> GatewayError {
        let repository = try await upstreamRepository()
        return try await call.whileClientIsThere(and: rights) { [handler] in await handler.error(of: response, from: repository) }
    }

    /// The fields of the request that the registry receives.
    func fields(_ names: [HTTPField.Name]) -> HTTPFields {
        var fields = HTTPFields()
        for name in names { for value in call.headers[values: name] { fields.append(HTTPField(name: name, value: value)) } }
        return fields
    }

    /// The path of a resource of this repository at the gateway, as the client names the repository.
    func path(_ resource: String) -> String { "/v2/\(name)/\(resource)" }

    /// Forwards a response while it arrives.
    ///
    /// - Parameters:
    ///   - length: the length that the content must have if the response does not state it, in bytes.
    ///   - isContent: whether the response is content of the repository.
    func forward(
        _ response: UpstreamResponse, status: HTTPResponse.Status = .ok, headers: HTTPFields, length: Int? = nil,
        verifying digest: ContentDigest? = nil, isContent: Bool = false
    ) -> Response {
        var headers = headers
        let length = response.length ?? length
        if let length { headers[.contentLength] = "\(length)" }
        guard call.method != .head else {
            response.body.release()
            return Response(status: status, headers: headers, body: .ofHead(length: length))
        }
        let body = streaming(length) { [self] writer in
            do {
                try await response.body.pass(length: length, digest: digest) { part in
                    try await writer.write(part)
                    handler.counters.pulled(part.readableBytes)
                }
            } catch {
                noteBreak(error, status)
                throw error
            }
            if isContent { await noteContent() }
            try await writer.finish()
        }
        return Response(status: status, headers: headers, body: body)
    }

    /// Counts and logs that the registry's response broke off after its status was sent.
    func noteBreak(_ error: any Error, _ status: HTTPResponse.Status) {
        let failure = UpstreamErrorReason(midway: error)
        handler.counters.count(failure)
        guard let failure, !Task.isCancelled else { return }
        call.logger.notice(
            "upstream request failed",
            metadata: [
                "repository": "\(repository.name)", "status": .stringConvertible(status.code),
                "reason": "The registry's response broke off: \(failure.rawValue)",
            ])
    }
}

/// Writes the body of a response. Only one task, which is awaited, uses it.
final class BodyWriter: Sendable {
    nonisolated(unsafe) private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) {
        self.writer = writer
    }

    func write(_ part: ByteBuffer) async throws { try await writer.write(part) }
    func finish() async throws { try await writer.finish(nil) }
}

extension ResponseBody {
    /// The body of a response to HEAD, which is never written.
    ///
    /// - Parameter length: nil if the length is not known, so that the response has no `Content-Length`.
    static func ofHead(length: Int?) -> ResponseBody {
        ResponseBody(contentLength: length) { writer in try await writer.finish(nil) }
    }
}

extension GatewayHandler {
    func error(of response: UpstreamResponse, from repository: UpstreamRepository) async -> GatewayError {
        let body = try? await response.body.collect(upTo: UpstreamErrorResponse.bodyLimit, within: upstream.limits.error)
        response.body.release()
        return error(of: response, body ?? nil, from: repository)
    }

    /// - Parameter body: nil if there is none, or if it did not arrive in time.
    func error(of response: UpstreamResponse, _ body: ByteBuffer?, from repository: UpstreamRepository) -> GatewayError {
        let refusal = UpstreamErrorResponse(response, body: body, of: repository)
        var error: GatewayError
        switch response.status {
        case _ where response.isRefusalElsewhere: error = .upstream("The registry failed: \(refusal.sentence)")
        case 401 where repository.isPublic, 403 where repository.isPublic: error = .withoutCredential(refusal.sentence)
        case 401, 403: error = .denied("The registry refuses the credential that is stored for this repository: \(refusal.sentence)")
        case 407, 500...: error = .upstream("The registry failed: \(refusal.sentence)")
        case 429: error = GatewayError(status: 429, code: "TOOMANYREQUESTS", message: refusal.sentence)
        default: error = GatewayError(status: response.status, code: refusal.code, message: refusal.sentence)
        }
        error.headers = response.fields(HeaderPolicy.ofRefusals)
        // The length of a blob (https://www.rfc-editor.org/rfc/rfc9110#section-14.4).
        if response.status == 416 { error.headers[.contentRange] = response[.contentRange] }
        error.failure = response.isRefusalElsewhere ? .failed : UpstreamErrorReason(status: response.status)
        return error
    }
}
