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

/// A request for a repository, authorized and recorded. The credential is decrypted for the first request to the registry, and so not at
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
    let context: GatewayContext
    private let opened = Mutex<UpstreamRepository?>(nil)
    /// The redirect that the last response came from; nil if it came from the registry itself.
    private let redirect = Mutex<FollowedRedirect?>(nil)
    /// The change at the registry that the request is for, if it is for one.
    let transmission = Transmission()
    /// Whether the response is forwarded while it arrives, so that its result is not known when it starts.
    private let isStreaming = Mutex(false)

    init(
        _ call: Call, _ name: GatewayName, _ use: ContentUse, _ reference: String?, _ client: AuthenticatedClient,
        _ authorized: AuthorizedRepository, _ record: RecordedUse, _ context: GatewayContext
    ) {
        self.call = call
        self.name = name
        self.use = use
        self.reference = reference
        self.client = client
        self.authorized = authorized
        self.record = record
        self.context = context
    }

    var repository: Repository { authorized.repository }

    /// A manifest that is pushed by its digest can get tags as well, and is then `tag,tag@digest`
    /// (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests).
    static func reference(_ call: Call, _ resource: GatewayPath.Resource) throws -> String? {
        let tags = call.target.query.all("tag")
        guard case .manifest(.digest(let digest)) = resource, call.method == .put, !tags.isEmpty else { return resource.reference }
        guard tags.allSatisfy({ if case .tag? = ManifestReference(parsing: $0) { true } else { false } }) else {
            throw GatewayError.tagInvalid("The parameter 'tag' is not a valid tag")
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
            let gatewayError = GatewayError(error, logger: call.logger)
            if transmission.isOutcomeUnknown {
                record.endUnknown("the request was sent to the registry, but its outcome is not known: \(gatewayError.message)")
            } else {
                record.fail(gatewayError.message, status: gatewayError.status)
            }
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
                try await call.whileClientIsConnected(and: rights) { try await write(writer) }
                record.succeed()
            } catch {
                // The rights have ended.
                let ended = error as? GatewayError
                let reason = error is CancellationError ? "the client disconnected" : "the response ended early"
                record.fail(ended?.message ?? reason, status: ended?.status)
                throw error
            }
        }
    }

    func upstreamRepository() async throws -> UpstreamRepository {
        if let repository = opened.withLock({ $0 }) { return repository }
        let repository = try await context.backend.openUpstream(of: authorized, by: client.caller)
        opened.withLock { $0 = repository }
        return repository
    }

    /// - Parameter list: the resource whose next page the token names; nil for an upload.
    func locationToken(list: String? = nil) -> LocationToken {
        LocationToken(
            list: list, in: repository, of: client.caller.identity.account.id, sealer: context.locations,
            now: context.backend.clockReading().wall)
    }

    /// Sends a request to the registry while the client is connected and may use the repository, and returns any response.
    func send(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        let repository = try await upstreamRepository()
        var request = request
        if request.changesContents { request.transmission = transmission }
        let response = try await call.whileClientIsConnected(and: rights) { [context, repositoryUse, request] in
            try await context.send(request, to: repository, as: repositoryUse)
        }
        request.transmission?.finish(status: response.status)
        redirect.withLock { $0 = response.redirect }
        return response
    }

    /// The condition that the caller may still use the repository, that it is still the same repository, and that its registry is still
    /// approved.
    var rights: Call.Condition { Call.Condition(every: context.rightsInterval) { try await self.checkRights() } }

    /// Throws if the request must end. The connection is closed after the response, if one can still be sent.
    func checkRights() async throws {
        do {
            let registry = opened.withLock { $0?.registry }
            let stored = try await context.backend.checkContinuation(use, of: authorized, on: registry, by: client.caller)
            guard let stored, let redirect = redirect.withLock({ $0 }) else { return }
            guard await context.upstream.isStillAllowed(redirect, from: stored) else {
                throw RequestError.forbidden(
                    "The approval of the host that the registry redirects to was withdrawn: ask a server administrator")
            }
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
    func noteContent() async { await context.note(.success(isContent: true, isAuthenticated: false), repositoryUse) }

    /// Sends a request to the registry, and throws if it refuses it.
    func request(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        let response = try await send(request)
        guard response.status >= 400 else { return response }
        throw try await error(of: response)
    }

    /// The registry's own error message, unless it repeats a secret, with a code of the specification.
    func error(of response: UpstreamResponse) async throws -> GatewayError {
        let repository = try await upstreamRepository()
        return try await call.whileClientIsConnected(and: rights) { [context] in await context.error(of: response, from: repository) }
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
                    context.counters.pulled(part.readableBytes)
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

    /// Counts and logs that the registry's response ended early after its status was sent.
    func noteBreak(_ error: any Error, _ status: HTTPResponse.Status) {
        let failure = UpstreamErrorReason(midway: error)
        context.counters.count(failure)
        guard let failure, !Task.isCancelled else { return }
        call.logger.notice(
            "upstream request failed",
            metadata: [
                "repository": "\(repository.name)", "status": .stringConvertible(status.code),
                "reason": "The registry's response ended early: \(failure.rawValue)",
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

extension GatewayContext {
    func error(of response: UpstreamResponse, from repository: UpstreamRepository) async -> GatewayError {
        defer { response.body.release() }
        do {
            let body = try await response.body.collect(upTo: UpstreamResponse.errorBodyLimit, within: upstream.limits.error)
            return error(of: response, body, from: repository)
        } catch {
            // An incomplete response does not show that something is absent.
            if response.status == 404, let broken = error as? TransportError { return GatewayError(broken) }
            return self.error(of: response, nil, from: repository)
        }
    }

    /// - Parameter body: nil if there is none, or if it did not arrive in time.
    func error(of response: UpstreamResponse, _ body: ByteBuffer?, from repository: UpstreamRepository) -> GatewayError {
        let refusal = UpstreamErrorResponse(response, body: body, of: repository)
        var error: GatewayError
        switch response.status {
        case _ where response.isRefusalElsewhere: error = .upstream(refusal.text.sentences())
        case 401 where repository.isPublic, 403 where repository.isPublic: error = .withoutCredential(refusal.text)
        case 401, 403: error = .denied(refusal.text.sentences(advice: GatewayError.adviceOnDenial))
        case 407, 500...: error = .upstream(refusal.text.sentences())
        case 429:
            error = GatewayError(status: 429, code: "TOOMANYREQUESTS", message: refusal.text.sentences(advice: "Try again later"))
        default: error = GatewayError(status: response.status, code: refusal.code, message: refusal.text.sentences())
        }
        error.headers = response.fields(HeaderPolicy.ofRefusals)
        // The length of a blob (https://www.rfc-editor.org/rfc/rfc9110#section-14.4).
        if response.status == 416 { error.headers[.contentRange] = response[.contentRange] }
        error.failure = response.isRefusalElsewhere ? .failed : UpstreamErrorReason(status: response.status)
        return error
    }
}
