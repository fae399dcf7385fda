import Testing

@testable import RegistryClient

@Suite("Authentication decisions")
struct AuthenticationDecisionTests {
    @Test("The decision depends on the attempts, the status and the challenges", arguments: DecisionRow.all)
    func decision(_ row: DecisionRow) {
        let decision = AuthenticationDecision(
            after: row.attempts, status: row.status, challenges: row.challenges, rights: row.rights, path: "team/image",
            hasCredential: row.hasCredential)
        #expect(decision == row.decision)
    }

    @Test(
        "A status other than 401 is final, regardless of its challenges",
        arguments: [200, 202, 204, 301, 307, 400, 403, 404, 405, 407, 416, 429, 500, 503])
    func otherStatus(_ status: Int) {
        for attempt in [AuthenticationDecision.Attempt.anonymous, .basic, .token(), .cachedToken()] {
            for challenges in [[], [DecisionRow.basic], [DecisionRow.bearer()], [DecisionRow.bearer(error: "insufficient_scope")]] {
                let decision = AuthenticationDecision(
                    after: [attempt], status: status, challenges: challenges, rights: .pull, path: "team/image", hasCredential: true)
                #expect(decision == .accept, "\(challenges)")
            }
        }
    }

    @Test("The number of attempts is bounded for any sequence of challenges", arguments: [true, false])
    func end(_ hasCredential: Bool) {
        let demands = [
            [DecisionRow.basic], [DecisionRow.bearer()], [DecisionRow.bearer(realm: DecisionRow.otherRealm)],
            [DecisionRow.bearer(scope: DecisionRow.metadata)], [DecisionRow.bearer(scope: DecisionRow.prefixed)], [],
        ]
        for first in demands.indices {
            for second in demands.indices {
                var attempts = [AuthenticationDecision.Attempt.anonymous]
                while attempts.count < 20 {
                    let challenges = demands[attempts.count % 2 == 0 ? first : second]
                    let decision = AuthenticationDecision(
                        after: attempts, status: 401, challenges: challenges, rights: .pull, path: "team/image",
                        hasCredential: hasCredential)
                    guard case .authenticate(let scheme) = decision else { break }
                    attempts.append(.init(scheme: scheme, isAuthenticated: true, isFresh: true))
                }
                #expect(attempts.count < 6, "\(attempts)")
            }
        }
    }
}

@Suite("Schemes of challenges")
struct AuthenticationSchemeTests {
    private static let tokens = AuthenticationScheme.bearer(realm: DecisionRow.realm, service: "registry", scope: nil)

    @Test(
        "Bearer is preferred to Basic, and unsupported schemes are ignored",
        arguments: [
            ([], nil), ([DecisionRow.basic], .basic), ([DecisionRow.bearer()], tokens),
            ([DecisionRow.basic, DecisionRow.bearer()], tokens),
            ([DecisionRow.bearer(), DecisionRow.basic], tokens), ([DecisionRow.digest], nil),
            ([DecisionRow.digest, DecisionRow.basic], .basic),
            ([DecisionRow.unnamedRealm], nil), ([DecisionRow.unnamedRealm, DecisionRow.basic], .basic),
            ([DecisionRow.unnamedRealm, DecisionRow.bearer()], tokens), ([DecisionRow.bearer(scope: "registry:catalog:*")], tokens),
            (
                [DecisionRow.bearer(service: nil)],
                .bearer(realm: DecisionRow.realm, service: nil, scope: nil)
            ),
        ] as [([Challenge], AuthenticationScheme?)])
    func scheme(_ challenges: [Challenge], _ scheme: AuthenticationScheme?) {
        #expect(AuthenticationScheme(challenges) == scheme)
    }

    @Test("Realms are equal if URL and service are equal, regardless of the scope")
    func realm() throws {
        let scope = try #require(TokenScope(challenge: DecisionRow.metadata, rights: .pull, on: "team/image"))
        let scoped = AuthenticationScheme.bearer(realm: DecisionRow.realm, service: "registry", scope: scope)
        #expect(Self.tokens.hasSameRealm(as: scoped) && scoped.hasSameRealm(as: Self.tokens))
        for other in [
            AuthenticationScheme.bearer(realm: DecisionRow.otherRealm, service: "registry", scope: nil),
            .bearer(realm: DecisionRow.realm, service: "other", scope: nil), .bearer(realm: DecisionRow.realm, service: nil, scope: nil),
            .basic, .anonymous,
        ] {
            #expect(!Self.tokens.hasSameRealm(as: other) && !other.hasSameRealm(as: Self.tokens))
        }
        #expect(!AuthenticationScheme.basic.hasSameRealm(as: .basic))
    }
}

extension AuthenticationDecision.Attempt {
    static let anonymous = Self(scheme: .anonymous, isAuthenticated: false, isFresh: true)
    static let basic = Self(scheme: .basic, isAuthenticated: true, isFresh: true)
    /// The registry demands a login, and the client has none.
    static let missingLogin = Self(scheme: .basic, isAuthenticated: false, isFresh: true)

    static func token(_ scope: String? = nil, realm: String = DecisionRow.realm) -> Self {
        Self(scheme: DecisionRow.tokens(scope, realm: realm), isAuthenticated: true, isFresh: true)
    }

    static func cachedToken(_ scope: String? = nil) -> Self {
        Self(scheme: DecisionRow.tokens(scope), isAuthenticated: true, isFresh: false)
    }
}
