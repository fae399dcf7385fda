import Domain
import RegistryClient
import TestSupport
import Testing

extension TokenBehavior {
    /// Accepts the canary, with all rights on `team/image` and on `team/new`, which does not exist yet.
    static let canary = canary(may: ["pull", "push", "delete"])

    static func canary(may actions: Set<String>) -> TokenBehavior {
        TokenBehavior(users: Canary.behavior, rights: [Canary.username: ["team/image": actions, "team/new": actions]])
    }

    /// Has no users, and grants these rights to anonymous clients.
    static func everybody(may actions: Set<String>) -> TokenBehavior {
        TokenBehavior(rights: ["": ["team/image": actions, "team/new": actions]])
    }
}

/// Runs a registry that stores `team/image`, and its token realm, which is approved.
func withTokens(
    _ behavior: TokenBehavior = .canary, _ verification: TestVerification = TestVerification(),
    _ body: (FaultyRegistry, TokenServer, TestVerification) async throws -> Void
) async throws {
    try await TokenServer.run(behavior) { tokens in
        try await FaultyRegistry.run(RegistryBehavior(repositories: ["team/image"], tokens: tokens)) { registry in
            var verification = verification
            verification.realm = tokens.realm
            try await body(registry, tokens, verification)
        }
    }
}

/// Expects tokens only in the registry's `Authorization` fields, and the credential only in the realm's `Authorization` fields and forms.
func expectSecrecy(
    _ outcome: VerificationOutcome, _ registry: FaultyRegistry, _ tokens: TokenServer, sourceLocation: SourceLocation = #_sourceLocation
) {
    var text = outcome.text
    dump(outcome, to: &text)
    text += "\(outcome) \(String(reflecting: outcome))"
    let requests = registry.requests + tokens.server.requests
    let seen = requests.map { "\($0.target) \($0.headers.filter { $0.name.lowercased() != "authorization" })" }.joined(separator: " ")
    #expect(Canary.traces(in: text + seen).isEmpty, sourceLocation: sourceLocation)
    #expect(Canary.traces(in: registry.authorizations.joined()).isEmpty, sourceLocation: sourceLocation)
    #expect(requests.allSatisfy { $0.body.isEmpty || $0.line == "POST /token" }, sourceLocation: sourceLocation)
    for token in tokens.tokens {
        #expect(!(text + seen + tokens.server.authorizations.joined()).contains(token), sourceLocation: sourceLocation)
    }
    #expect(registry.authorizations.allSatisfy { $0.hasPrefix("Bearer ") }, sourceLocation: sourceLocation)
}
