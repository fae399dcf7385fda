import Domain
import RegistryClient
import TestSupport
import Testing

extension TokenBehavior {
    /// It knows the canary, who may do everything with `team/image`, and with `team/new`, which there is not yet.
    static let canary = canary(may: ["pull", "push", "delete"])

    static func canary(may actions: Set<String>) -> TokenBehavior {
        TokenBehavior(users: Canary.behavior, rights: [Canary.username: ["team/image": actions, "team/new": actions]])
    }

    /// It knows nobody, and lets everybody do this with `team/image`.
    static func everybody(may actions: Set<String>) -> TokenBehavior {
        TokenBehavior(rights: ["": ["team/image": actions, "team/new": actions]])
    }
}

/// Runs a registry that has `team/image`, and the realm of its tokens, which an administrator approved.
func withTokens(
    _ behavior: TokenBehavior = .canary, _ question: Question = Question(),
    _ body: (FaultyRegistry, TokenServer, Question) async throws -> Void
) async throws {
    try await TokenServer.run(behavior) { tokens in
        try await FaultyRegistry.run(RegistryBehavior(repositories: ["team/image"], tokens: tokens)) { registry in
            var question = question
            question.realm = tokens.realm
            try await body(registry, tokens, question)
        }
    }
}

/// No token is anywhere but in the registry's own `Authorization` fields, and no credential anywhere but in the realm's and in
/// the form that was sent there.
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
