/// The authentication scheme of a registry for one repository.
enum AuthenticationScheme: Hashable, Sendable {
    case anonymous
    case basic
    /// - scope: what a token is requested for; nil for the request's own scope.
    case bearer(realm: String, service: String?, scope: TokenScope?)

    /// The scheme that challenges ask for; nil if there is none that this client speaks. Tokens come before Basic where a registry accepts
    /// both, as with other clients: a token's rights are limited.
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
    /// The response is the registry's last word.
    case accept
    /// The request is sent again with this scheme, and with a new token where the scheme is the same.
    case authenticate(AuthenticationScheme)

    /// One request as it was sent.
    struct Attempt: Hashable, Sendable {
        let scheme: AuthenticationScheme
        /// Whether the request carried a login or a token.
        let isAuthenticated: Bool
        /// Whether the token was requested for this very request, and does not come from a cache.
        let isFresh: Bool
    }

    /// - Parameters:
    ///   - attempts: all so far, the last one at the end.
    ///   - challenges: those of the response to the last one.
    init(
        after attempts: [Attempt], status: Int, challenges: [Challenge], rights: UpstreamRights, path: String, hasCredential: Bool
    ) {
        self = .accept
        guard status == 401, let last = attempts.last else { return }
        guard let asked = AuthenticationScheme(challenges) else {
            // A token can end before its time.
            if case .bearer = last.scheme, !last.isFresh { self = .authenticate(last.scheme) }
            return
        }
        guard let next = Self.next(after: last, asked, challenges, rights, path, hasCredential) else { return }
        let isRepeated = attempts.contains { $0.scheme == next && ($0.isFresh || next == .basic) }
        if !isRepeated { self = .authenticate(next) }
    }

    private static func next(
        after last: Attempt, _ asked: AuthenticationScheme, _ challenges: [Challenge], _ rights: UpstreamRights, _ path: String,
        _ hasCredential: Bool
    ) -> AuthenticationScheme? {
        switch (last.scheme, asked) {
        case (_, .anonymous): nil
        case (.basic, .basic): last.isAuthenticated || !hasCredential ? nil : .basic
        case (_, .basic): hasCredential ? .basic : nil
        case (.bearer, .bearer) where last.scheme.hasSameRealm(as: asked): renewed(last, asked, challenges, rights, path)
        case (_, .bearer): asked
        }
    }

    private static func renewed(
        _ last: Attempt, _ asked: AuthenticationScheme, _ challenges: [Challenge], _ rights: UpstreamRights, _ path: String
    ) -> AuthenticationScheme? {
        // A token with too few rights is valid: a new one has the same (https://www.rfc-editor.org/rfc/rfc6750#section-3.1).
        let isInsufficient = challenges.contains { $0.parameters["error"] == "insufficient_scope" }
        guard last.isFresh || isInsufficient else { return last.scheme }
        let next = wider(asked, challenges, rights, path)
        return next == last.scheme ? nil : next
    }

    /// The same realm with the scope that the registry asks for at this repository.
    private static func wider(
        _ asked: AuthenticationScheme, _ challenges: [Challenge], _ rights: UpstreamRights, _ path: String
    ) -> AuthenticationScheme? {
        guard case .bearer(let realm, let service, _) = asked else { return nil }
        let text = challenges.first { $0.scheme == "bearer" }?.parameters["scope"]
        let scope = text.flatMap { TokenScope(challenge: $0, rights: rights, on: path) }
        // The request's own scope may have been replaced for another resource.
        return scope == TokenScope(rights, on: path) ? asked : .bearer(realm: realm, service: service, scope: scope)
    }
}
