import Glibc
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import StorageSQLite
import UnixSignals

/// The server's life cycle: opens the data, serves until it is stopped, and drains requests in progress.
package struct Server: Sendable {
    let settings: Settings
    let logger: Logger
    let manager: ServiceManager

    package init(settings: Settings, environment: [String: String] = [:]) {
        self.settings = settings
        manager = ServiceManager(environment: environment)
        var logger = Logger(label: "lighterman") { _ in LineLogHandler(level: settings.logLevel, format: settings.logFormat) }
        logger.logLevel = settings.logLevel
        self.logger = logger
    }

    package func run(within descriptors: DescriptorBudget) async throws {
        // From the start on: ``Reload`` handles this signal only while the server runs.
        signal(SIGHUP, SIG_IGN)
        if let warning = descriptors.warning { logger.warning("\(warning)") }
        let directory = try openDirectory()
        let store = try openStore(in: directory)
        let components = try await build(on: store, in: directory, within: descriptors)
        // Services stop in reverse order, so that background services can still write the results of the last requests. Also, a server
        // that is cancelled while it listens, as services are at the end of the drain timeout, can crash on a connection that it is
        // accepting.
        let metrics: [any ServiceLifecycle.Service] = components.metrics.map { [$0] } ?? []
        let application: [any ServiceLifecycle.Service] = [components.application, StopNotice(manager: manager)]
        let services = components.background + metrics + application
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(settings.drainTimeout)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw StartError(error, listening: settings.listen, option: "--listen")
        } catch is CancellationError {
            logger.warning("requests were still in progress at the end of the drain timeout")
        }
        try await components.close()
        try store.close()
        logger.notice("stopped")
        withExtendedLifetime(directory) {}
    }

    /// A logger for the libraries' start and stop messages, which only repeat ours.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(.warning, settings.logLevel)
        return logger
    }
}

extension StartError {
    /// - Parameter option: the option that sets the address.
    init(_ error: IOError, listening address: ListenAddress, option: String) {
        switch error.errnoCode {
        case EADDRINUSE: self.init(.unavailable, "\(address) is taken by another process: choose another port with \(option)")
        default: self.init(.unavailable, "cannot listen on \(address): \(String(cString: strerror(error.errnoCode)))")
        }
    }
}
