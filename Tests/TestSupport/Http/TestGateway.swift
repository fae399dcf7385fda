package import Gateway
import HTTPSupport
import NIOCore
import Operations
package import RegistryClient
import Storage
import StorageSQLite

/// The settings of the gateway in a test, and its time limits for registries.
package struct TestGateway: Sendable {
    package var options: GatewayOptions
    package var limits: UpstreamLimits
    /// The longest pause of a registry within a body, in seconds.
    package var silence: Int64
    /// The allowances in addition to approvals, `HOST:PORT` or a network.
    package var allowances: [String]
    package var registryLimits: RegistryLimits
    /// The time for which cached manifests are served without a check of the access.
    package var accessLifetime = Duration.seconds(300)
    /// The interval between checks of the rights of requests in progress.
    package var rightsInterval = Duration.milliseconds(250)

    package init(
        options: GatewayOptions = GatewayOptions(), limits: UpstreamLimits = UpstreamLimits(), silence: Int64 = 60,
        allowances: [String] = [], registryLimits: RegistryLimits = RegistryLimits()
    ) {
        self.options = options
        self.limits = limits
        self.silence = silence
        self.allowances = allowances
        self.registryLimits = registryLimits
    }

    func transport(on backend: TestBackend) -> AsyncHTTPClientTransport {
        AsyncHTTPClientTransport(
            policy: AddressPolicy(allowing: allowances.compactMap(Allowance.init)), limits: registryLimits,
            silence: .seconds(silence), metrics: backend.metrics,
            registry: { [store = backend.store] authority in try? await store.read { try $0.registry(authority) } })
    }

    func handler(on backend: TestBackend, _ transport: AsyncHTTPClientTransport) -> (Authenticator) -> GatewayHandler {
        { authenticator in
            GatewayHandler(
                backend: backend.backend, authenticator: authenticator, upstream: UpstreamClient(transport: transport, limits: limits),
                tokens: GatewayTokens(signer: backend.deployment.tokenSigner, clock: backend.clock.clock),
                locations: backend.deployment.locationSealer,
                options: options, accessLifetime: accessLifetime, rightsInterval: rightsInterval,
                metrics: backend.metrics)
        }
    }
}
