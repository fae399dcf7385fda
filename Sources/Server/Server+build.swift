import CloudAPI
import FoundationEssentials
import Gateway
import HTTPSupport
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Operations
import PrometheusMetrics
import RegistryClient
import ServiceLifecycle
import Storage
import StorageSQLite

/// The parts of a running server, some of which must be closed after it has stopped.
struct ServerComponents: Sendable {
    let application: Application<RootResponder>
    /// nil without `--metrics`.
    let metrics: MetricsListener?
    /// The background services.
    let background: [any ServiceLifecycle.Service]
    private let transport: AsyncHTTPClientTransport

    init(
        application: Application<RootResponder>, metrics: MetricsListener?, background: [any ServiceLifecycle.Service],
        transport: AsyncHTTPClientTransport
    ) {
        self.application = application
        self.metrics = metrics
        self.background = background
        self.transport = transport
    }

    func close() async throws {
        try await transport.shutdown()
    }
}

extension Server {
    /// The composition root: creates every part and passes it to its users.
    func build(on store: SQLiteStore, in directory: DataDirectory, within descriptors: DescriptorBudget) async throws -> ServerComponents {
        let webhookSignature = try settings.webhook.map { webhook throws(StartError) in WebhookSignature(secret: try webhook.secret()) }
        let journal = RevocationFile(settings.revocations)
        let deployment = try await openDeployment(in: store, journal)
        // Opening the deployment may have added names.
        let givenNames = Revocations(try journal.entries()).names(of: deployment.id)
        let own = OwnAddresses(publicURL: settings.publicURL)
        // Registers the configured address before the first connection; `announce` adds the bound one.
        if let name = try? SocketAddress(ipAddress: settings.listen.host, port: settings.listen.port) { own.listens(on: name) }
        let metrics = PrometheusFactory(
            help: [
                GatewayCounters.help, RegistryLimits.help, ConnectionCounters.help, RequestDurations.help, UpstreamDurations.help,
                ServerMeasurements.help, WebhookCounters.help,
            ].reduce(OperationCounters.help) { $0.merging($1) { $1 } })
        let transport = AsyncHTTPClientTransport(
            policy: AddressPolicy(allowing: settings.allowances), own: own,
            limits: RegistryLimits(connections: descriptors.upstreamConnections, metrics: metrics), proxy: settings.egressProxy,
            metrics: metrics,
            registry: { authority in try? await store.read { try $0.registry(authority) } })
        let certificate = try settings.tls.map { files throws(StartError) in try ServedCertificate(files) }
        let connections = ConnectionLimiter(
            ConnectionCapacity(connections: descriptors.clients, perAddressInProgress: descriptors.clients / 2, grace: .seconds(2)),
            trustedProxies: settings.trustedProxies, metrics: metrics)
        let backend = Backend(
            store: store, deployment: deployment, journal: journal, givenNames: givenNames,
            verifier: LoggingVerifier(verifier: Verifier(transport: transport), logger: logger),
            verificationPolicy: settings.verification,
            organizationLimit: settings.organizationLimit, metrics: metrics,
            onUnverifiedRow: { [logger] row in
                logger.error(
                    "a stored row was changed outside the server and is not used: stop the server and run 'lighterman doctor'",
                    metadata: ["row": "\(row)"])
            })
        try await backend.endLostActions()
        let authenticator = Authenticator(backend: backend, throttle: AttemptThrottle())
        let handlers: [any RequestHandler] = [
            CloudAPI(backend: backend, authenticator: authenticator, publicURL: settings.publicURL),
            GatewayHandler(
                backend: backend, authenticator: authenticator,
                upstream: UpstreamClient(transport: transport, limits: settings.upstreamLimits),
                tokens: GatewayTokens(signer: deployment.tokenSigner), locations: deployment.locationSealer, options: settings.gateway,
                metrics: metrics),
            HealthHandler(store: store),
        ]
        let rootResponder = RootResponder(
            handlers: handlers, trustedProxies: settings.trustedProxies,
            servesProxiesOnly: settings.tls == nil && !settings.trustedProxies.isEmpty,
            connections: connections, origin: ServedOrigin(isTLS: settings.gateway.isTLS, publicURL: settings.publicURL),
            forwardedFields: ForwardedFieldsWarning(), durations: RequestDurations(metrics))
        var applicationLogger = logger
        applicationLogger.logLevel = settings.logLevel
        var application = Application(
            responder: rootResponder, server: serverProtocol(connections, for: handlers, certificate),
            configuration: .init(
                address: .hostname(settings.listen.host, port: settings.listen.port),
                availableConnectionsDelegate: MaximumAvailableConnections(connections.capacity.open)),
            onServerRunning: { await announce($0, in: directory, as: own) }, logger: applicationLogger)
        let measurements = ServerMeasurements(backend: backend, started: Date())
        let listener = settings.metrics.map { MetricsListener(of: metrics, and: measurements, on: $0, as: own, logger: applicationLogger) }
        if let listener { application.beforeServerStarts { try await listener.listening() } }
        return ServerComponents(
            application: application, metrics: listener,
            background: try background(of: backend, behind: connections, in: directory)
                + webhook(of: backend, through: transport, webhookSignature, WebhookCounters(metrics))
                + [Reload(certificate: certificate, manager: manager, logger: logger)],
            transport: transport)
    }

    private func background(
        of backend: Backend, behind connections: ConnectionLimiter, in directory: DataDirectory
    ) throws(StartError) -> [any ServiceLifecycle.Service] {
        let retention = Retention(
            backend: backend, logger: logger, age: settings.auditRetention, confirmation: settings.confirmedDate)
        let memory = FreedMemory(connections: connections, logger: logger)
        var services: [any ServiceLifecycle.Service] = [Maintenance(backend: backend, logger: logger, retention: retention, memory: memory)]
        // With `skip`, registries are contacted on request only.
        if settings.verification != .skip {
            services +=
                [BackgroundVerifier(backend: backend, logger: logger), LoginConfirmations(backend: backend, logger: logger)]
                as [any ServiceLifecycle.Service]
        }
        if let path = settings.auditLog {
            let file = try AppendedFile(path)
            // The first service stops last, and so writes the actions of the others.
            services.insert(
                AuditLog(backend: backend, logger: logger, file: file, position: "\(directory.path)/audit-log-position"), at: 0)
        }
        return services
    }

    private func webhook(
        of backend: Backend, through transport: AsyncHTTPClientTransport, _ signature: WebhookSignature?, _ counters: WebhookCounters
    ) -> [any ServiceLifecycle.Service] {
        guard let webhook = settings.webhook, let signature else { return [] }
        let sender = DocumentSender(to: webhook.url, through: transport)
        return [Webhook(backend: backend, logger: logger, sender: sender, signature: signature, counters: counters)]
    }

    private func serverProtocol(
        _ connections: ConnectionLimiter, for handlers: [any RequestHandler], _ certificate: ServedCertificate?
    ) -> HTTPServerBuilder {
        guard let certificate else { return .limited(connections: connections, handlers: handlers) }
        return .limited(connections: connections, handlers: handlers, tls: { certificate.context })
    }

    func url(port: Int) -> String { "\(settings.tls == nil ? "http" : "https")://\(settings.listen.urlHost):\(port)" }

    /// Reports the address of the ready server, in the data directory and on stdout.
    private func announce(_ channel: any Channel, in directory: DataDirectory, as own: OwnAddresses) async {
        if let address = channel.localAddress { own.listens(on: address) }
        let url = url(port: channel.localAddress?.port ?? settings.listen.port)
        let file = AdministratorFile(path: settings.administratorEnvironment)
        do {
            try DurableFile.write(url + "\n", to: directory.address)
            if file.exists {
                try file.refresh(host: settings.publicURL ?? url)
                logger.warning(
                    "the administrator's API key is in a file: move it to a safe place, and delete the file",
                    metadata: ["file": "\(file.path)"])
            }
        } catch {
            logger.error("\(error)")
        }
        StandardStream.output.write("listening on \(url)\n")
        if !manager.report(.ready, status: "serving \(settings.publicURL ?? url) (lighterman \(Version.current))") {
            logger.warning("the service manager cannot be reached: the socket of NOTIFY_SOCKET does not accept messages")
        }
    }
}
