import Testing

@testable import RegistryClient

/// Requests for `team/image`, the response to the last one, and the expected decision.
struct DecisionRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let attempts: [AuthenticationDecision.Attempt]
    let status: Int
    let challenges: [Challenge]
    let rights: UpstreamRights
    let hasCredential: Bool
    let decision: AuthenticationDecision

    init(
        _ testDescription: String, _ attempts: [AuthenticationDecision.Attempt], _ challenges: [Challenge],
        _ decision: AuthenticationDecision,
        status: Int = 401, rights: UpstreamRights = .pull, hasCredential: Bool = true
    ) {
        self.testDescription = testDescription
        self.attempts = attempts
        self.status = status
        self.challenges = challenges
        self.rights = rights
        self.hasCredential = hasCredential
        self.decision = decision
    }

    static let realm = "https://registry.example/token"
    static let otherRealm = "https://registry.example/other"
    static let own = "repository:team/image:pull"
    static let metadata = "repository:team/image:metadata_read"
    static let prefixed = "repository:prefix/team/image:pull"

    static let basic = Challenge(scheme: "basic", parameters: ["realm": "a"])
    static let digest = Challenge(scheme: "digest", parameters: ["realm": "a"])
    static let unnamedRealm = Challenge(scheme: "bearer", parameters: ["service": "registry"])

    static func bearer(
        realm: String = realm, service: String? = "registry", scope: String? = nil, error: String? = nil
    ) -> Challenge {
        let parameters = ["realm": realm, "service": service, "scope": scope, "error": error]
        return Challenge(scheme: "bearer", parameters: parameters.compactMapValues(\.self))
    }

    /// - Parameter scope: the scope that a challenge demanded; nil for the request's own scope.
    static func tokens(_ scope: String? = nil, rights: UpstreamRights = .pull, realm: String = realm) -> AuthenticationScheme {
        .bearer(
            realm: realm, service: "registry", scope: scope.flatMap { TokenScope(challenge: $0, rights: rights, on: "team/image") })
    }

    static let all = anonymous + logins + tokenRows + scopes + ownScope

    private static let anonymous = [
        DecisionRow("no request", [], [basic], .accept),
        DecisionRow("a success", [.anonymous], [], .accept, status: 200),
        DecisionRow("a login is demanded", [.anonymous], [basic], .authenticate(.basic)),
        DecisionRow("a login is demanded, and there is none", [.anonymous], [basic], .accept, hasCredential: false),
        DecisionRow("a token is demanded", [.anonymous], [bearer()], .authenticate(tokens())),
        DecisionRow("a token is demanded of anonymous clients", [.anonymous], [bearer()], .authenticate(tokens()), hasCredential: false),
        DecisionRow("either is demanded", [.anonymous], [basic, bearer()], .authenticate(tokens())),
        DecisionRow("a scope is demanded: the own one comes first", [.anonymous], [bearer(scope: metadata)], .authenticate(tokens())),
        DecisionRow("nothing is demanded", [.anonymous], [], .accept),
        DecisionRow("another scheme is demanded", [.anonymous], [digest], .accept),
        DecisionRow("tokens of an unnamed realm are demanded", [.anonymous], [unnamedRealm], .accept),
        DecisionRow("tokens of an unnamed realm or a login are demanded", [.anonymous], [unnamedRealm, basic], .authenticate(.basic)),
    ]

    private static let logins = [
        DecisionRow("the login is refused", [.basic], [basic], .accept),
        DecisionRow("the login is refused after a challenge", [.anonymous, .basic], [basic], .accept),
        DecisionRow("the login is refused without a challenge", [.basic], [], .accept),
        DecisionRow("there is no login", [.missingLogin], [basic], .accept, hasCredential: false),
        DecisionRow("a token instead of a login", [.basic], [bearer()], .authenticate(tokens())),
        DecisionRow("a login instead of a token", [.token()], [basic], .authenticate(.basic)),
        DecisionRow("a login instead of a stored token", [.cachedToken()], [basic], .authenticate(.basic)),
        DecisionRow("a login instead of a token, and there is none", [.token()], [basic], .accept, hasCredential: false),
        DecisionRow("a login, a token, a login", [.basic, .token()], [basic], .accept),
        DecisionRow("a token, a login, a token", [.token(), .basic], [bearer()], .accept),
        DecisionRow("a stored token, a login, a token", [.cachedToken(), .basic], [bearer()], .authenticate(tokens())),
    ]

    private static let tokenRows = [
        DecisionRow("a new token is refused", [.token()], [bearer()], .accept),
        DecisionRow("a new token is invalid", [.token()], [bearer(error: "invalid_token")], .accept),
        DecisionRow("a new token is refused without a challenge", [.token()], [], .accept),
        DecisionRow("a stored token is refused", [.cachedToken()], [bearer()], .authenticate(tokens())),
        DecisionRow("a stored token is invalid", [.cachedToken()], [bearer(error: "invalid_token")], .authenticate(tokens())),
        DecisionRow("a stored token is refused without a challenge", [.cachedToken()], [], .authenticate(tokens())),
        DecisionRow("a stored token is refused with another scheme", [.cachedToken()], [digest], .authenticate(tokens())),
        DecisionRow("the token after a stored one is refused", [.cachedToken(), .token()], [bearer()], .accept),
        DecisionRow("another realm", [.token()], [bearer(realm: otherRealm)], .authenticate(tokens(realm: otherRealm))),
        DecisionRow(
            "another service", [.token()], [bearer(service: "other")], .authenticate(.bearer(realm: realm, service: "other", scope: nil))),
        DecisionRow("one realm, another, the first", [.token(), .token(realm: otherRealm)], [bearer()], .accept),
        DecisionRow("a stored token lacks rights", [.cachedToken()], [bearer(error: "insufficient_scope")], .accept),
        DecisionRow("a new token lacks rights", [.token()], [bearer(error: "insufficient_scope")], .accept),
    ]

    private static let scopes =
        [
            DecisionRow("a right beside the own ones", [.token()], [bearer(scope: metadata)], .authenticate(tokens(metadata))),
            DecisionRow(
                "a right beside the own ones, for a stored token", [.cachedToken()],
                [bearer(scope: metadata, error: "insufficient_scope")], .authenticate(tokens(metadata))),
            DecisionRow("a longer name", [.token()], [bearer(scope: prefixed)], .authenticate(tokens(prefixed))),
            DecisionRow(
                "a longer name for a push", [.token()], [bearer(scope: "repository:prefix/team/image:pull,push")],
                .authenticate(tokens("repository:prefix/team/image:pull,push", rights: .pullAndPush)), rights: .pullAndPush),
            DecisionRow(
                "a shorter name", [.token()], [bearer(scope: "repository:image:pull")], .authenticate(tokens("repository:image:pull"))),
            DecisionRow("the own scope once more", [.token()], [bearer(scope: own)], .accept),
            DecisionRow("the scope of the challenge once more", [.token(), .token(metadata)], [bearer(scope: metadata)], .accept),
            DecisionRow(
                "a third scope", [.token(), .token(metadata)], [bearer(scope: prefixed)], .authenticate(tokens(prefixed))),
            DecisionRow(
                "a stored token of the challenge's scope ended", [.cachedToken(metadata)], [bearer()], .authenticate(tokens(metadata))),
        ]
        + [
            "*", "aws", "", "registry:catalog:*", "repository:team/image:*", "repository:team/image:pull,push",
            "repository:team/image:delete",
            "repository:team/other:pull", "repository:other/image:pull", "repository:team/image/sub:pull", "repository:team/images:pull",
            "repository:team/image:pull repository:team/other:pull",
        ].map { (scope: String) in DecisionRow("the scope '\(scope)' is not the request's", [.token()], [bearer(scope: scope)], .accept) }

    /// The scope for one kind of request may be too narrow for another.
    private static let ownScope = [
        DecisionRow(
            "a stored scope lacks rights", [.cachedToken(metadata)], [bearer(error: "insufficient_scope")], .authenticate(tokens())),
        DecisionRow(
            "a stored scope lacks rights, and the own one is demanded", [.cachedToken(metadata)],
            [bearer(scope: own, error: "insufficient_scope")], .authenticate(tokens())),
        DecisionRow(
            "a new token of a stored scope lacks rights", [.token(metadata)], [bearer(error: "insufficient_scope")], .authenticate(tokens())
        ),
        DecisionRow(
            "both scopes lack rights", [.token(), .token(metadata)], [bearer(error: "insufficient_scope")], .accept),
    ]
}
