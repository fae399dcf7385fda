import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PrometheusMetrics
import RegistryClient
import ServiceLifecycle

/// Serves metrics without authentication, on an address of its own, separate from client traffic.
struct MetricsListener: ServiceLifecycle.Service {
    private let application: Application<RootResponder>
    private let address: ListenAddress
    private let starts: AsyncStream<Void>

    /// A scraper needs one connection.
    private static let capacity = ConnectionCapacity(connections: 16, perAddress: 16, reserved: 0)

    /// - Parameter measurements: the metrics that are measured for each response.
    init(
        of metrics: PrometheusFactory, and measurements: ServerMeasurements, on address: ListenAddress, as own: OwnAddresses,
        logger: Logger
    ) {
        let (starts, start) = AsyncStream.makeStream(of: Void.self)
        self.starts = starts
        self.address = address
        if let name = try? SocketAddress(ipAddress: address.host, port: address.port) { own.listens(on: name) }
        let connections = ConnectionLimiter(Self.capacity)
        application = Application(
            responder: RootResponder(
                handlers: [MetricsHandler(metrics: metrics, measurements: measurements)], trustedProxies: [], connections: connections),
            server: .limited(connections: connections),
            configuration: .init(
                address: .hostname(address.host, port: address.port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.capacity.open)),
            onServerRunning: { channel in
                if let name = channel.localAddress { own.listens(on: name) }
                let url = "http://\(address.urlHost):\(channel.localAddress?.port ?? address.port)\(MetricsHandler.path)"
                logger.log(
                    level: address.isLoopback ? .notice : .warning, "metrics are served without authentication",
                    metadata: ["url": "\(url)"])
                start.finish()
            }, logger: logger)
    }

    func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw StartError(error, listening: address, option: "--metrics")
        }
    }

    /// Returns when the listener accepts connections.
    func listening() async throws {
        for await _ in starts {}
        try Task.checkCancellation()
    }
}

/// Serves `/metrics` in Prometheus' text format.
struct MetricsHandler: RequestHandler {
    let metrics: PrometheusFactory
    let measurements: ServerMeasurements

    static let path = "/metrics"

    func handles(_ path: String) -> Bool { path == Self.path }

    func respond(to call: Call) async throws -> Answer {
        guard call.method == .get || call.method == .head else { throw ResponseError.methodNotAllowed(allowed: ["GET", "HEAD"]) }
        let body = ByteBuffer(string: metrics.exposition(with: await measurements.values()))
        return Answer(
            Response(
                status: .ok, headers: [.contentType: Exposition.mediaType, .contentLength: "\(body.readableBytes)"],
                body: .init(byteBuffer: body)))
    }
}
