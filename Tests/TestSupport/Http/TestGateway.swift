package import Gateway
import HTTPSupport
import NIOCore
package import RegistryClient

/// How the gateway of a test's server behaves, and how patient it is with registries.
package struct TestGateway: Sendable {
    package var options: GatewayOptions
    package var limits: UpstreamLimits
    /// For how long a registry may be silent in the middle of contents, in seconds.
    package var silence: Int64
    /// What is allowed beside what an administrator approved, `HOST:PORT` or a network.
    package var allowances: [String]
    package var registryLimits: RegistryLimits

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

    func transport() -> AsyncHTTPClientTransport {
        AsyncHTTPClientTransport(
            policy: AddressPolicy(allowing: allowances.compactMap(Allowance.init)), limits: registryLimits,
            silence: .seconds(silence))
    }

    func door(on backend: TestBackend, _ transport: AsyncHTTPClientTransport) -> (Gatekeeper) -> GatewayDoor {
        { gatekeeper in
            GatewayDoor(
                backend: backend.backend, gatekeeper: gatekeeper, upstream: UpstreamClient(transport: transport, limits: limits),
                tokens: GatewayTokens(signer: backend.tokenSigner, clock: backend.clock.clock), uploads: backend.uploadSigner,
                options: options, metrics: backend.metrics)
        }
    }
}
