import CloudAPI
package import Domain
import FoundationEssentials
import Gateway
package import HTTPSupport
import Hummingbird
import HummingbirdCore
import NIOCore
package import NIOSSL
import Operations
import RegistryClient

/// The whole HTTP server, listening on 127.0.0.1, with its own backend.
package struct TestServer: Sendable {
    package let backend: TestBackend
    package let port: Int
    /// The whole log, at trace level.
    package let log: CapturedLog

    package enum Failure: Error {
        case didNotStart
    }

    /// Runs a server while the body runs.
    package static func run<Value>(
        on backend: TestBackend? = nil, trustedProxies: [Network] = [], servesProxiesOnly: Bool = false,
        limits: ConnectionLimits = ConnectionLimits(),
        tls: NIOSSLContext? = nil, connections capacity: ConnectionCapacity = ConnectionCapacity(connections: 1024),
        gateway: TestGateway = TestGateway(),
        _ body: (TestServer) async throws -> Value
    ) async throws -> Value {
        let backend = if let backend { backend } else { try await TestBackend() }
        let log = CapturedLog()
        let transport = gateway.transport(on: backend)
        let connections = ConnectionLimiter(capacity, trustedProxies: trustedProxies, metrics: backend.metrics)
        let (listeners, running) = AsyncStream.makeStream(of: (any Channel).self)
        let handlers = handlers(on: backend, gateway.handler(on: backend, transport))
        let application = Application(
            responder: RootResponder(
                handlers: handlers, trustedProxies: trustedProxies, servesProxiesOnly: servesProxiesOnly, connections: connections,
                forwardedFields: ForwardedFieldsWarning(), durations: RequestDurations(backend.metrics)),
            server: .limited(limits, connections: connections, handlers: handlers, tls: tls.map { context in { @Sendable in context } }),
            configuration: .init(
                address: .hostname("127.0.0.1", port: 0),
                availableConnectionsDelegate: MaximumAvailableConnections(capacity.open)),
            onServerRunning: { running.yield($0) }, logger: log.logger())
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { running.finish() }
                try await application.run()
            }
            guard let listener = await listeners.first(where: { _ in true }) else { throw Failure.didNotStart }
            let port = listener.localAddress?.port ?? 0
            let result: Result<Value, any Error>
            do { result = .success(try await body(TestServer(backend: backend, port: port, log: log))) } catch { result = .failure(error) }
            // A server that is cancelled while it listens can trap on a connection that it is accepting.
            try? await listener.close()
            group.cancelAll()
            while (try? await group.next()) != nil {}
            try await transport.shutdown()
            return try result.get()
        }
    }

    private static func handlers(on backend: TestBackend, _ gateway: (Authenticator) -> GatewayHandler) -> [any RequestHandler] {
        let clock = backend.clock.clock
        let authenticator = Authenticator(backend: backend.backend, throttle: AttemptThrottle(clock: clock))
        let api = CloudAPI(backend: backend.backend, authenticator: authenticator)
        return [api, gateway(authenticator), HealthHandler(store: backend.decoratedStore)]
    }
}

/// The credential of a request.
package enum Authorization: Sendable {
    /// The administrator's key, as Basic.
    case administrator
    case nobody
    case basic(String, APIKeySecret)
    case bearer(APIKeySecret)
    /// An `Authorization` field with exactly this value.
    case field(String)
}

extension TestServer {
    /// Sends one request on a connection of its own.
    package func send(
        _ method: String, _ target: String, as authorization: Authorization = .administrator,
        _ fields: [(name: String, value: String)] = [], body: String? = nil
    ) async throws -> RawResponse {
        try await send(request(method, target, as: authorization, fields, body: body.map { Array($0.utf8) }))
    }

    package func send(_ request: RawRequest) async throws -> RawResponse {
        try await RawConnection.exchange(request, port: port)
    }

    /// A request with the header field for its credential.
    package func request(
        _ method: String, _ target: String, as authorization: Authorization = .administrator,
        _ fields: [(name: String, value: String)] = [], body: [UInt8]? = nil
    ) -> RawRequest {
        let own = value(of: authorization).map { [(name: "Authorization", value: $0)] } ?? []
        return RawRequest(method, target, own + fields, body: body)
    }

    package func value(of authorization: Authorization) -> String? {
        switch authorization {
        case .administrator: Self.basic("admin:\(backend.key.revealed())")
        case .nobody: nil
        case .basic(let account, let key): Self.basic("\(account):\(key.revealed())")
        case .bearer(let key): "Bearer \(key.revealed())"
        case .field(let value): value
        }
    }

    package static func basic(_ pair: String) -> String {
        "Basic \(Data(pair.utf8).base64EncodedString())"
    }
}
