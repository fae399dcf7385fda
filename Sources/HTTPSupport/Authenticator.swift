package import Domain
package import HTTPTypes
package import Logging
package import Operations

/// Turns a request's credentials into an identity, or into the fault that ends the call. Identities come from nowhere else.
package struct Authenticator: Sendable {
    private let backend: Backend
    private let throttle: AttemptThrottle

    package init(backend: Backend, throttle: AttemptThrottle) {
        self.backend = backend
        self.throttle = throttle
    }

    /// A valid key always passes; only wrong ones count against their address, and requests without any, which are every
    /// client's first probe, never do.
    package func identify(_ headers: HTTPFields, in attempt: AuthenticationAttempt) async throws -> Identity {
        guard let presented = PresentedKey(headers) else { throw RequestError.unauthenticated }
        return try await identify(presented, in: attempt)
    }

    /// The same for a key that did not come as `Authorization`.
    package func identify(_ presented: PresentedKey, in attempt: AuthenticationAttempt) async throws -> Identity {
        try await identify(presented.keyID, in: attempt) { try await backend.authenticate(presented) }
    }

    /// The same for a token of the gateway's, whose signature was verified.
    package func identify(tokenOf keyID: APIKey.ID, in attempt: AuthenticationAttempt) async throws -> Identity {
        try await identify(keyID, in: attempt) { try await backend.authenticate(tokenOf: keyID) }
    }

    /// What is refused goes to the log and, with its key, to the trail, as long as it is not too often.
    private func identify(
        _ keyID: APIKey.ID?, in attempt: AuthenticationAttempt, authenticate: () async throws -> Identity
    ) async throws -> Identity {
        do {
            return try await authenticate()
        } catch RequestError.unauthenticated {
            throw refusal(
                of: keyID, keyID == nil ? "something that is no API key was presented as one" : "wrong API key", .unauthenticated, attempt)
        } catch RequestError.expired(let date) {
            throw refusal(of: keyID, "expired API key", .expired(date), attempt)
        }
    }

    private func refusal(
        of keyID: APIKey.ID?, _ event: Logger.Message, _ reason: RequestError, _ attempt: AuthenticationAttempt
    ) -> RequestError {
        attempt.logger.warning(event, metadata: ["client": "\(attempt.address)"])
        let error = throttle.error(forWrongCredentialFrom: attempt.address)
        guard error == .unauthenticated else { return error }
        if let keyID { backend.noteRefusal(of: keyID, from: attempt.origin()) }
        return reason
    }
}

/// Somebody who wants to get in, as far as that is known without knowing who it is.
package struct AuthenticationAttempt: Sendable {
    let address: ClientAddress
    let logger: Logger
    /// The origin for the audit trail, which successful attempts do not need.
    let origin: @Sendable () -> Action.Origin

    package init(address: ClientAddress, logger: Logger, origin: @escaping @Sendable () -> Action.Origin) {
        self.address = address
        self.logger = logger
        self.origin = origin
    }
}

extension Call {
    package var attempt: AuthenticationAttempt {
        AuthenticationAttempt(address: address, logger: logger) { Action.Origin(of: self, by: nil) }
    }
}
