/// The authentication scheme of a registry for one repository.
enum AuthenticationScheme: Hashable, Sendable {
    case anonymous
    case basic
    /// - scope: the scope that a token is requested for; nil for the scope of the request itself.
    case bearer(realm: String, service: String?, scope: TokenScope?)

    /// The scheme that challenges demand; nil if this client supports none of them. Bearer tokens are preferred to Basic, as in other
    /// clients: a token's rights are limited.
    init?(_ challenges: [Challenge]) {
        if let bearer = challenges.first(where: { $0.scheme == "bearer" && $0.parameters["realm"] != nil }) {
            self = .bearer(realm: bearer.parameters["realm"] ?? "", service: bearer.parameters["service"], scope: nil)
        } else if challenges.contains(where: { $0.scheme == "basic" }) {
            self = .basic
        } else {
            return nil
        }
    }

    /// Whether tokens come from the same realm under the same service name.
    func hasSameRealm(as other: AuthenticationScheme) -> Bool {
        guard case .bearer(let realm, let service, _) = self, case .bearer(let otherRealm, let otherService, _) = other else {
            return false
        }
        return realm == otherRealm && service == otherService
    }
}

/// The next step after a response to an authenticated or anonymous request. It is decided here; ``UpstreamClient`` performs it.
enum AuthenticationDecision: Hashable, Sendable {
    /// The response is final.
    case accept
    /// The request is sent again with this scheme, and with a new token if the scheme is the same.
    case authenticate(AuthenticationScheme)

    /// A request that was sent.
    struct Attempt: Hashable, Sendable {
        let scheme: AuthenticationScheme
        /// Whether the request carried a login or a token.
        let isAuthenticated: Bool
        /// Whether the token was requested for this request, and not taken from the cache.
        let isFresh: Bool
    }

    /// - Parameters:
    ///   - attempts: all attempts so far, in order.
    ///   - challenges: the challenges in the response to the last attempt.
    init(
        after attempts: [Attempt], status: Int, challenges: [Challenge], rights: UpstreamRights, path: String, hasCredential: Bool
    ) {
        self = .accept
        guard status == 401, let last = attempts.last else { return }
        guard let demanded = AuthenticationScheme(challenges) else {
            // A token can expire early.
            if case .bearer = last.scheme, !last.isFresh { self = .authenticate(last.scheme) }
            return
        }
        guard let next = Self.next(after: last, demanded, challenges, rights, path, hasCredential) else { return }
        let isRepeated = attempts.contains { $0.scheme == next && ($0.isFresh || next == .basic) }
        if !isRepeated { self = .authenticate(next) }
    }

    private static func next(
        after last: Attempt, _ demanded: AuthenticationScheme, _ challenges: [Challenge], _ rights: UpstreamRights, _ path: String,
        _ hasCredential: Bool
    ) -> AuthenticationScheme? {
        switch (last.scheme, demanded) {
        case (_, .anonymous): nil
        case (.basic, .basic): last.isAuthenticated || !hasCredential ? nil : .basic
        case (_, .basic): hasCredential ? .basic : nil
        case (.bearer, .bearer) where last.scheme.hasSameRealm(as: demanded): renewed(last, demanded, challenges, rights, path)
        case (_, .bearer): demanded
        }
    }

    private static func renewed(
        _ last: Attempt, _ demanded: AuthenticationScheme, _ challenges: [Challenge], _ rights: UpstreamRights, _ path: String
    ) -> AuthenticationScheme? {
        // A token with too few rights is valid: a new one has the same rights (https://www.rfc-editor.org/rfc/rfc6750#section-3.1).
        let isInsufficient = challenges.contains { $0.parameters["error"] == "insufficient_scope" }
        guard last.isFresh || isInsufficient else { return last.scheme }
        let next = wider(demanded, challenges, rights, path)
        return next == last.scheme ? nil : next
    }

    /// The same realm with the scope that the registry demands for this repository.
    private static func wider(
        _ demanded: AuthenticationScheme, _ challenges: [Challenge], _ rights: UpstreamRights, _ path: String
    ) -> AuthenticationScheme? {
        guard case .bearer(let realm, let service, _) = demanded else { return nil }
        let text = challenges.first { $0.scheme == "bearer" }?.parameters["scope"]
        let scope = text.flatMap { TokenScope(challenge: $0, rights: rights, on: path) }
        // The request's own scope may have been replaced for another resource.
        return scope == TokenScope(rights, on: path) ? demanded : .bearer(realm: realm, service: service, scope: scope)
    }
}
