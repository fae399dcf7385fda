package import Domain
package import HTTPTypes
package import Logging
package import Operations

/// Turns a request's credentials into an identity, or into the fault that ends the call. Identities come from nowhere else.
package struct Gatekeeper: Sendable {
    private let backend: Backend
    private let throttle: AttemptThrottle

    package init(backend: Backend, throttle: AttemptThrottle) {
        self.backend = backend
        self.throttle = throttle
    }

    /// A valid key always passes; only wrong ones count against their address, and requests without any, which are every
    /// client's first probe, never do.
    package func identify(_ headers: HTTPFields, from address: ClientAddress, logger: Logger) async throws -> Identity {
        guard let presented = PresentedKey(headers) else { throw Fault.unauthenticated }
        return try await identify(presented, from: address, logger: logger)
    }

    /// The same for a key that did not come as `Authorization`.
    package func identify(_ presented: PresentedKey, from address: ClientAddress, logger: Logger) async throws -> Identity {
        do {
            return try await backend.authenticate(presented)
        } catch Fault.unauthenticated {
            logger.warning(
                presented.isKey ? "wrong API key" : "something that is no API key was presented as one",
                metadata: ["client": "\(address)"])
            throw throttle.fault(forWrongCredentialFrom: address)
        }
    }
}
