import HTTPSupport
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PrometheusMetrics
import RegistryClient
import ServiceLifecycle

/// Serves what was counted, at an address of its own: it asks nobody who is calling, so it is not where clients are.
struct MetricsListener: Service {
    private let application: Application<RootResponder>
    private let address: ListenAddress
    private let starts: AsyncStream<Void>

    /// Whoever scrapes needs one connection.
    private static let capacity = ConnectionCapacity(connections: 16, perAddress: 16, reserved: 0)

    init(of metrics: PrometheusFactory, on address: ListenAddress, as own: OwnAddresses, logger: Logger) {
        let (starts, start) = AsyncStream.makeStream(of: Void.self)
        self.starts = starts
        self.address = address
        if let name = try? SocketAddress(ipAddress: address.host, port: address.port) { own.listens(on: name) }
        let connections = ConnectionLimiter(Self.capacity)
        application = Application(
            responder: RootResponder(handlers: [MetricsHandler(metrics: metrics)], trustedProxies: [], connections: connections),
            server: .limited(connections: connections),
            configuration: .init(
                address: .hostname(address.host, port: address.port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.capacity.open)),
            onServerRunning: { channel in
                if let name = channel.localAddress { own.listens(on: name) }
                let url = "http://\(address.urlHost):\(channel.localAddress?.port ?? address.port)\(MetricsHandler.path)"
                logger.log(
                    level: address.isLoopback ? .notice : .warning, "metrics are served to whoever connects", metadata: ["url": "\(url)"])
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

    /// Returns when it listens.
    func listening() async throws {
        for await _ in starts {}
        try Task.checkCancellation()
    }
}
