import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A registry in this process, on 127.0.0.1, that injects faults and records its requests.
package final class FaultyRegistry: Sendable {
    package typealias Fault = @Sendable (RegistryRecord) -> RegistryReply
    package typealias Interception = @Sendable (RegistryRecord) -> RegistryReply?

    /// The protocol on a new connection.
    package enum Speech: Sendable {
        case http
        case https(RegistryCertificate)
        /// TLS 1.1 at most.
        case oldTLS(RegistryCertificate)
        /// It sends nothing.
        case silence
        /// It sends these bytes.
        case noise([UInt8])
        /// It sends a start, and then repeats a part while the peer reads it.
        case endless(String, then: String)
        /// It closes the connection at once.
        case hangUp
    }

    private struct Route: Hashable {
        let method: String
        let path: String
    }

    private struct State {
        var behavior: RegistryBehavior
        var port = 0
        var faults: [Route: Fault] = [:]
        var interception: Interception?
        var earlyReplies: [Route: RegistryReply] = [:]
        var requests: [RegistryRecord] = []
        var beginnings: [String] = []
        var openings: [UInt8] = []
        var sentBodyBytes = 0
        var connections: [ObjectIdentifier: any Channel] = [:]
        /// The connections whose last request has no complete response.
        var waiting: Set<ObjectIdentifier> = []
    }

    private let state: Mutex<State>

    private init(_ behavior: RegistryBehavior) {
        state = Mutex(State(behavior: behavior))
    }

    /// Runs a registry while the body runs.
    package static func run<Value>(
        _ behavior: RegistryBehavior = RegistryBehavior(), speaking speech: Speech = .http,
        _ body: (FaultyRegistry) async throws -> Value
    ) async throws -> Value {
        let registry = FaultyRegistry(behavior)
        let listener = try await registry.listen(speech)
        let result: Result<Value, any Error>
        do { result = .success(try await body(registry)) } catch { result = .failure(error) }
        try await listener.close()
        for connection in registry.state.withLock({ Array($0.connections.values) }) { try? await connection.close() }
        return try result.get()
    }

    /// Sets the response to requests of this method and path (without a query), instead of the correct one.
    package func set(_ reply: RegistryReply, for method: String, _ path: String) {
        set(for: method, path) { _ in reply }
    }

    package func set(for method: String, _ path: String, _ fault: @escaping Fault) {
        state.withLock { $0.faults[Route(method: method, path: path)] = fault }
    }

    /// Sets a function whose replies take precedence over all other responses.
    package func intercept(_ interception: Interception?) {
        state.withLock { $0.interception = interception }
    }

    /// Changes the behavior of the registry from the next request on.
    package func change(_ body: (inout RegistryBehavior) -> Void) {
        state.withLock { body(&$0.behavior) }
    }

    /// Sets an early response to requests of this method and path, which is sent when the head has arrived. The body is read and discarded.
    package func setEarly(_ reply: RegistryReply?, for method: String, _ path: String) {
        state.withLock { $0.earlyReplies[Route(method: method, path: path)] = reply }
    }

    private func listen(_ speech: Speech) async throws -> any Channel {
        let tls: NIOSSLContext? =
            switch speech {
            case .https(let certificate): try certificate.serverContext()
            case .oldTLS(let certificate): try certificate.serverContext(newest: .tlsv11)
            case .http, .silence, .noise, .endless, .hangUp: nil
            }
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(FirstByteHandler(self, speech))
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try pipeline.addHandler(RegistryHandler(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        state.withLock { $0.port = listener.localAddress?.port ?? 0 }
        return listener
    }
}

// The records of the registry.
extension FaultyRegistry {
    package var port: Int { state.withLock { $0.port } }
    /// `127.0.0.1:5000`
    package var authority: String { "127.0.0.1:\(port)" }
    /// All complete requests, in the order of their arrival.
    package var requests: [RegistryRecord] { state.withLock { $0.requests } }
    /// `GET /v2/`, `GET /v2/team/image/tags/list?n=1`
    package var lines: [String] { requests.map(\.line) }
    /// The same for all requests whose head has arrived, even if the rest never arrives.
    package var beginnings: [String] { state.withLock { $0.beginnings } }
    /// The `Authorization` fields that it has received.
    package var authorizations: [String] { requests.flatMap { $0.headers["Authorization"] } }
    /// The first byte of each connection: 0x16 for TLS, a letter for plain HTTP.
    package var openings: [UInt8] { state.withLock { $0.openings } }
    /// The number of bytes that were written of endless responses.
    package var sentBodyBytes: Int { state.withLock { $0.sentBodyBytes } }
    /// The number of open connections whose last request has no complete response.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }
    /// The number of open connections.
    package var connectionCount: Int { state.withLock { $0.connections.count } }
}

// Events of its connections.
extension FaultyRegistry {
    func opened(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = channel }
    }

    func closed(_ channel: any Channel) {
        state.withLock { state in
            state.connections[ObjectIdentifier(channel)] = nil
            state.waiting.remove(ObjectIdentifier(channel))
        }
    }

    func began(with byte: UInt8) {
        state.withLock { $0.openings.append(byte) }
    }

    /// - Returns: the early response, which does not wait for the request's body.
    func began(_ request: RegistryRecord, on channel: any Channel) -> RegistryReply? {
        state.withLock { state in
            state.waiting.insert(ObjectIdentifier(channel))
            state.beginnings.append(request.line)
            return state.earlyReplies[Route(method: request.method, path: request.path)]
        }
    }

    func answered(on channel: any Channel) {
        state.withLock { _ = $0.waiting.remove(ObjectIdentifier(channel)) }
    }

    func wrote(bodyBytes count: Int) {
        state.withLock { $0.sentBodyBytes += count }
    }

    func reply(to request: RegistryRecord) -> RegistryReply {
        let (behavior, fault, interception) = state.withLock { state in
            state.requests.append(request)
            return (state.behavior, state.faults[Route(method: request.method, path: request.path)], state.interception)
        }
        return interception?(request) ?? fault?(request) ?? behavior.answer(request)
    }
}
