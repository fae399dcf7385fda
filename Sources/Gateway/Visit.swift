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

/// One request for a repository, authorized and recorded. The credential is decrypted when the registry is first asked, so not at all for a
/// cached manifest.
final class Visit: Sendable {
    let call: Call
    let name: GatewayName
    private let authorized: AuthorizedRepository
    let record: RecordedUse
    let use: ContentUse
    let visitor: Visitor
    let door: GatewayDoor
    private let opened = Mutex<UpstreamRepository?>(nil)
    /// Whether the response is passed on while it arrives, so that its end is not known when it begins.
    private let isStreaming = Mutex(false)

    init(
        _ call: Call, _ name: GatewayName, _ resource: GatewayPath.Resource, _ use: ContentUse, _ visitor: Visitor, _ door: GatewayDoor
    ) async throws {
        do {
            (authorized, record) = try await door.backend.useRepository(
                use, of: name.repository, resource.reference, isQuestion: call.method == .head, in: name.namespace, by: visitor.caller)
        } catch Fault.notFound(let message) {
            throw GatewayFault.nameUnknown("\(message): register it with 'docker-cloud repository register \(name.repository)'")
        }
        self.call = call
        self.name = name
        self.use = use
        self.visitor = visitor
        self.door = door
    }

    var repository: Repository { authorized.repository }

    /// Responds, and stores what becomes of the request.
    func respond(_ body: (Visit) async throws -> Response) async throws -> Response {
        do {
            let response = try await body(self)
            if !isStreaming.withLock({ $0 }) { record.succeed() }
            return response
        } catch {
            let fault = door.fault(error, of: call)
            record.fail(fault.message, status: fault.status)
            // The response to an `UpstreamError` logs it.
            throw error is UpstreamError ? error : fault
        }
    }

    /// A body that is written while the client is connected, and whose end is that of the request.
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
        let repository = try await door.backend.openUpstream(of: authorized, by: visitor.caller)
        opened.withLock { $0 = repository }
        return repository
    }

    /// - Parameter list: the resource whose next page is meant; nil for an upload.
    func locationToken(list: String? = nil) -> LocationToken {
        LocationToken(
            list: list, in: repository, of: visitor.caller.identity.account.id, sealer: door.locations,
            now: door.backend.clockReading().wall)
    }

    /// Sends a request to the registry while the client is connected and may use the repository, and returns any response.
    func send(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        let repository = try await upstreamRepository()
        return try await call.whileClientIsThere(and: rights) { [door, repositoryUse] in
            try await door.send(request, to: repository, as: repositoryUse)
        }
    }

    /// The caller may still use the repository, and it is still the same.
    private var rights: Call.Condition { Call.Condition(every: door.rightsInterval) { try await self.checkRights() } }

    /// Throws where the request must end. The response, if there can still be one, is the connection's last.
    func checkRights() async throws {
        do {
            try await door.backend.checkContinuation(use, of: authorized, by: visitor.caller)
        } catch let fault as Fault {
            call.logger.notice(
                "ended a request in progress", metadata: ["repository": "\(repository.name)", "reason": "\(fault.message)"])
            var ended = GatewayFault(fault)
            ended.headers[.connection] = "close"
            throw ended
        }
    }

    var repositoryUse: RepositoryUse { RepositoryUse(repository: repository, use: use, caller: visitor.caller, logger: call.logger) }

    /// Notes that the client receives content, or that its manifest is stored.
    func noteContent() async { await door.note(.success(isContent: true, isAuthenticated: false), repositoryUse) }

    /// Sends a request to the registry, and throws if it refuses it.
    func request(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        let response = try await send(request)
        guard response.status >= 400 else { return response }
        throw try await fault(of: response)
    }

    /// A refusal in the registry's own words, as far as they repeat no secret; its codes are those of the specification.
    func fault(of response: UpstreamResponse) async throws -> GatewayFault {
        let repository = try await upstreamRepository()
        return try await call.whileClientIsThere { [door] in await door.fault(of: response, from: repository) }
    }

    /// The fields of the request that the registry receives.
    func fields(_ names: [HTTPField.Name]) -> HTTPFields {
        var fields = HTTPFields()
        for name in names { for value in call.headers[values: name] { fields.append(HTTPField(name: name, value: value)) } }
        return fields
    }

    /// The path of a resource of this repository at the gateway, as the client names the repository.
    func path(_ resource: String) -> String { "/v2/\(name)/\(resource)" }

    /// Passes a response on while it arrives.
    ///
    /// - Parameter isContent: whether the client has received content of the repository then.
    func passOn(
        _ response: UpstreamResponse, status: HTTPResponse.Status = .ok, headers: HTTPFields, verifying digest: ContentDigest? = nil,
        isContent: Bool = false
    ) -> Response {
        var headers = headers
        if let length = response.length { headers[.contentLength] = "\(length)" }
        guard call.method != .head else {
            response.body.release()
            return Response(status: status, headers: headers, body: .ofHead(length: response.length))
        }
        let body = streaming(response.length) { [self] writer in
            do {
                try await response.body.pass(length: response.length, digest: digest) { part in
                    try await writer.write(part)
                    door.counters.pulled(part.readableBytes)
                }
            } catch {
                let failure = UpstreamFailure(midway: error)
                door.counters.count(failure)
                if let failure, !Task.isCancelled { logBreak(failure) }
                throw error
            }
            if isContent { await noteContent() }
            try await writer.finish()
        }
        return Response(status: status, headers: headers, body: body)
    }

    /// The status was sent before the registry's response broke off.
    private func logBreak(_ failure: UpstreamFailure) {
        call.logger.notice(
            "upstream request failed",
            metadata: [
                "repository": "\(name)", "status": .stringConvertible(200),
                "reason": "The registry's response broke off: \(failure.rawValue)",
            ])
    }
}

/// Writes the body of a response. Only the task that is waited for has it.
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

extension GatewayDoor {
    func fault(of response: UpstreamResponse, from repository: UpstreamRepository) async -> GatewayFault {
        let body = try? await response.body.collect(upTo: UpstreamFault.bodyLimit, within: upstream.limits.error)
        response.body.release()
        return fault(of: response, body ?? nil, from: repository)
    }

    /// - Parameter body: nil if there is none, or if it did not arrive in time.
    func fault(of response: UpstreamResponse, _ body: ByteBuffer?, from repository: UpstreamRepository) -> GatewayFault {
        let refusal = UpstreamFault(response, body: body, of: repository)
        var fault: GatewayFault
        switch response.status {
        case _ where response.isRefusalElsewhere: fault = .upstream("The registry failed: \(refusal.sentence)")
        case 401 where repository.isPublic, 403 where repository.isPublic: fault = .withoutCredential(refusal.sentence)
        case 401, 403: fault = .denied("The registry refuses the credential that is stored for this repository: \(refusal.sentence)")
        case 407, 500...: fault = .upstream("The registry failed: \(refusal.sentence)")
        case 429: fault = GatewayFault(status: 429, code: "TOOMANYREQUESTS", message: refusal.sentence)
        default: fault = GatewayFault(status: response.status, code: refusal.code, message: refusal.sentence)
        }
        fault.headers = HTTPFields(HeaderPolicy.ofRefusals, from: response)
        fault.failure = response.isRefusalElsewhere ? .failed : UpstreamFailure(status: response.status)
        return fault
    }
}
