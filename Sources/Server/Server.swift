import Glibc
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import StorageSQLite
import UnixSignals

/// The server's life: opens the data, serves until it is told to stop, lets what is under way end.
package struct Server: Sendable {
    let settings: Settings
    let logger: Logger

    package init(settings: Settings) {
        self.settings = settings
        var logger = Logger(label: "lighterman") { _ in LineLogHandler(level: settings.logLevel, format: settings.logFormat) }
        logger.logLevel = settings.logLevel
        self.logger = logger
    }

    package func run(within descriptors: DescriptorBudget) async throws {
        if let warning = descriptors.warning { logger.warning("\(warning)") }
        let directory = try openDirectory()
        let store = try openStore(in: directory)
        let components = try await build(on: store, in: directory, within: descriptors)
        // They end in reverse: what the last requests leave to be written down is, and none comes after that. Besides, a server that is
        // cancelled while it listens, as what still runs is when the drain time-out ends, can trap on a connection that it is just taking.
        let metrics: [any Service] = components.metrics.map { [$0] } ?? []
        let services = components.background + metrics + [components.application]
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(settings.drainTimeout)
        // What rotates the audit log tells its writer so. There is nothing to do: the file is opened for each line.
        if settings.auditLog != nil { signal(SIGHUP, SIG_IGN) }
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw StartError(error, listening: settings.listen, option: "--listen")
        } catch is CancellationError {
            logger.warning("requests were still under way when the drain time-out ended")
        }
        try await components.close()
        try store.close()
        logger.notice("stopped")
        withExtendedLifetime(directory) {}
    }

    /// The libraries' own account of their starting and stopping, which says nothing that ours does not.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(.warning, settings.logLevel)
        return logger
    }
}

extension StartError {
    /// - Parameter option: what chooses another address.
    init(_ error: IOError, listening address: ListenAddress, option: String) {
        switch error.errnoCode {
        case EADDRINUSE: self.init(.unavailable, "\(address) is taken by another process: choose another port with \(option)")
        default: self.init(.unavailable, "cannot listen on \(address): \(String(cString: strerror(error.errnoCode)))")
        }
    }
}
