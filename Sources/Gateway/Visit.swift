import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore
import Naming
import Operations
import RegistryClient
import Synchronization

/// One call on one repository: authorised and recorded. Its credential is opened when the registry is first asked, so not at all for
/// what is kept here.
struct Visit: Sendable {
    let call: Call
    let name: GatewayName
    let repository: Repository
    let visitor: Visitor
    let door: GatewayDoor
    private let opened = Opened()

    init(_ call: Call, _ name: GatewayName, _ use: ContentUse, _ visitor: Visitor, _ door: GatewayDoor) async throws {
        do {
            repository = try await door.backend.useRepository(
                use, of: name.repository, in: name.namespace, isFetched: call.method == .get, by: visitor.caller)
        } catch Fault.notFound(let message) {
            throw GatewayFault.nameUnknown("\(message): register it with 'docker-cloud repository register \(name.repository)'")
        }
        self.call = call
        self.name = name
        self.visitor = visitor
        self.door = door
    }

    func upstreamRepository() async throws -> UpstreamRepository {
        if let repository = opened.repository { return repository }
        let repository = try await door.backend.openUpstream(of: repository, by: visitor.caller)
        opened.repository = repository
        return repository
    }

    /// Asks the registry, whatever it answers, for as long as the client is there.
    func send(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        let repository = try await upstreamRepository()
        return try await call.whileClientIsThere { [door] in try await door.upstream.send(request, of: repository) }
    }

    /// Asks the registry, and gives back only what is an answer to the call.
    func ask(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        let response = try await send(request)
        guard response.status >= 400 else { return response }
        throw try await fault(of: response)
    }

    /// A refusal in the registry's own words, as far as they repeat no secret; its codes are those of the specification.
    func fault(of response: UpstreamResponse) async throws -> GatewayFault {
        let repository = try await upstreamRepository()
        return try await call.whileClientIsThere { [door] in await door.fault(of: response, from: repository) }
    }

    /// The fields of the call that go to the registry.
    func headers(_ names: [HTTPField.Name]) -> [(name: String, value: String)] {
        names.flatMap { name in call.headers[values: name].map { (name.canonicalName, $0) } }
    }

    /// The path of something of this repository at the gateway, as the client names it.
    func path(_ resource: String) -> String { "/v2/\(name)/\(resource)" }

    /// Passes an answer on as it comes.
    func passOn(_ response: UpstreamResponse, headers: HTTPFields, verifying digest: ContentDigest? = nil) -> Response {
        let length = response.headers["content-length"].flatMap(Int.init)
        var headers = headers
        if let length { headers[.contentLength] = "\(length)" }
        let status = HTTPResponse.Status(code: response.status)
        guard call.method != .head else { return Response(status: status, headers: headers) }
        let body = ResponseBody(contentLength: length) { [call, counters = door.counters] writer in
            // Only the task that is waited for writes.
            nonisolated(unsafe) var writer = writer
            try await call.whileClientIsThere {
                do {
                    try await response.body.pass(length: length, digest: digest) { part in
                        try await writer.write(part)
                        counters.pulled(part.readableBytes)
                    }
                } catch {
                    counters.count(UpstreamFailure(midway: error))
                    throw error
                }
                try await writer.finish(nil)
            }
        }
        return Response(status: status, headers: headers, body: body)
    }
}

extension GatewayDoor {
    func fault(of response: UpstreamResponse, from repository: UpstreamRepository) async -> GatewayFault {
        let body = try? await response.body.collect(upTo: UpstreamFault.bodyLimit, within: upstream.limits.error)
        response.body.release()
        return fault(of: response.head, body ?? nil, from: repository)
    }

    /// - Parameter body: nil where it has none, or did not come in time.
    func fault(of head: UpstreamHead, _ body: ByteBuffer?, from repository: UpstreamRepository) -> GatewayFault {
        let refusal = UpstreamFault(status: head.status, body: body, of: repository)
        var fault: GatewayFault
        switch head.status {
        case 401, 403: fault = .denied("The registry refuses the credential that is stored for this repository: \(refusal.sentence)")
        case 407, 500...: fault = .upstream("The registry failed: \(refusal.sentence)")
        default: fault = GatewayFault(status: head.status, code: refusal.code, message: refusal.sentence)
        }
        fault.headers = HTTPFields(HeaderPolicy.ofRefusals, from: head)
        fault.failure = UpstreamFailure(status: head.status)
        return fault
    }
}

/// What a visit has opened so far.
private final class Opened: Sendable {
    private let opened = Mutex<UpstreamRepository?>(nil)

    var repository: UpstreamRepository? {
        get { opened.withLock { $0 } }
        set { opened.withLock { $0 = newValue } }
    }
}
