package import Domain
package import HTTPTypes
package import Logging
package import Operations

/// Turns a request's credentials into an identity, or throws the error that ends the request. This is the only source of identities.
package struct Authenticator: Sendable {
    private let backend: Backend
    private let throttle: AttemptThrottle

    package init(backend: Backend, throttle: AttemptThrottle) {
        self.backend = backend
        self.throttle = throttle
    }

    /// A valid key is never throttled. Wrong keys count against their address. Requests without a key do not, because every client
    /// sends its first request without one.
    package func identify(_ headers: HTTPFields, in attempt: AuthenticationAttempt) async throws -> Identity {
        guard let presented = PresentedKey(headers) else { throw RequestError.unauthenticated }
        return try await identify(presented, in: attempt)
    }

    /// Identifies the caller by a key that was not sent as `Authorization`.
    package func identify(_ presented: PresentedKey, in attempt: AuthenticationAttempt) async throws -> Identity {
        try await identify(presented.keyID, in: attempt) { try await backend.authenticate(presented) }
    }

    /// Identifies the caller by a gateway token whose signature was verified.
    package func identify(tokenOf keyID: APIKey.ID, in attempt: AuthenticationAttempt) async throws -> Identity {
        try await identify(keyID, in: attempt) { try await backend.authenticate(tokenOf: keyID) }
    }

    /// Logs every rejected credential. Also records it in the audit trail if it names a key.
    private func identify(
        _ keyID: APIKey.ID?, in attempt: AuthenticationAttempt, authenticate: () async throws -> Identity
    ) async throws -> Identity {
        do {
            let identity = try await authenticate()
            attempt.onSuccess()
            return identity
        } catch RequestError.unauthenticated {
            throw refusal(
                of: keyID, keyID == nil ? "malformed API key" : "wrong API key", .unauthenticated, attempt)
        } catch RequestError.expired(let date) {
            throw refusal(of: keyID, "expired API key", .expired(date), attempt)
        }
    }

    private func refusal(
        of keyID: APIKey.ID?, _ event: Logger.Message, _ reason: RequestError, _ attempt: AuthenticationAttempt
    ) -> any Error {
        attempt.logger.warning(event, metadata: ["client": "\(attempt.address)"])
        let error = throttle.error(forWrongCredentialFrom: attempt.address)
        if let keyID { backend.noteRefusal(of: keyID, from: attempt.origin(), status: error.status) }
        return error == .operation(.unauthenticated) ? reason : error
    }
}

/// An authentication attempt by a client that is not identified yet.
package struct AuthenticationAttempt: Sendable {
    let address: ClientAddress
    let logger: Logger
    /// Creates the origin for the audit trail. Successful attempts do not need it.
    let origin: @Sendable () -> Action.Origin
    let onSuccess: @Sendable () -> Void

    package init(
        address: ClientAddress, logger: Logger, origin: @escaping @Sendable () -> Action.Origin,
        onSuccess: @escaping @Sendable () -> Void = {}
    ) {
        self.onSuccess = onSuccess
        self.address = address
        self.logger = logger
        self.origin = origin
    }
}

extension Call {
    package var attempt: AuthenticationAttempt {
        AuthenticationAttempt(
            address: address, logger: logger, origin: { Action.Origin(of: self, by: nil) }, onSuccess: onAuthentication)
    }
}

extension PresentedKey {
    /// Reads `Authorization: Basic account:key` and `Authorization: Bearer key`. Returns nil without such a field. A malformed field
    /// yields a wrong key.
    package init?(_ headers: HTTPFields) {
        let fields = headers[values: .authorization]
        guard let field = fields.first else { return nil }
        switch fields.count == 1 ? AuthorizationValue(parsing: field) : nil {
        case .bearer(let token)?: self.init(account: nil, key: APIKeySecret(parsing: token.revealed()))
        case .basic(let user, let password)?: self.init(account: user, key: APIKeySecret(parsing: password.revealed()))
        case nil: self.init(account: nil, key: nil)
        }
    }
}
