import NIOHTTP1
import TestSupport

/// The authentication scheme of a test's registry.
enum RegistryScheme: String, CaseIterable, Sendable {
    case basic
    case tokens
}

/// A gateway with a registry that authenticates with one scheme and accepts every push.
struct RegistryScene {
    let fixture: Fixture
    /// nil for Basic.
    let tokens: TokenServer?

    var registry: FaultyRegistry { fixture.registry }

    static let repositories = ["team/image", "team/source", "team/other"]

    /// A realm where the canary has all rights on all three repositories.
    static var tokenBehavior: TokenBehavior {
        let rights: Set<String> = ["pull", "push", "delete"]
        let all = Dictionary(uniqueKeysWithValues: repositories.map { ($0, rights) })
        var behavior = TokenBehavior(users: Canary.behavior, rights: [Canary.username: all])
        behavior.isOpaque = true
        return behavior
    }

    static func run<Value>(
        _ scheme: RegistryScheme, tokens behavior: TokenBehavior = tokenBehavior, gateway: TestGateway = TestGateway(),
        _ body: (RegistryScene) async throws -> Value
    ) async throws -> Value {
        switch scheme {
        case .basic:
            let registry = registryConduct(RegistryBehavior(users: Canary.behavior))
            return try await Fixture.run(registry, gateway: gateway) { try await body(RegistryScene(fixture: $0, tokens: nil)) }
        case .tokens:
            return try await TokenServer.run(behavior) { tokens in
                let registry = registryConduct(RegistryBehavior(tokens: tokens))
                return try await Fixture.run(registry, gateway: gateway) { fixture in
                    try await fixture.approve(realm: tokens.realm)
                    return try await body(RegistryScene(fixture: fixture, tokens: tokens))
                }
            }
        }
    }

    private static func registryConduct(_ base: RegistryBehavior) -> RegistryBehavior {
        var behavior = base
        behavior.repositories = Set(repositories)
        for repository in repositories { behavior.contents.merge(Sample.contents(of: repository)) { $1 } }
        behavior.respond = accepting
        return behavior
    }

    /// Accepts every request of a push, and every deletion.
    static let accepting: @Sendable (RegistryRecord) -> RegistryReply? = { request in
        switch request.method {
        case "PATCH":
            .answer(status: 202, headers: ["Location": request.target, "Range": "0-\(max(0, request.bodySize - 1))"])
        case "PUT": .answer(status: 201, headers: ["Location": request.path])
        case "DELETE": .answer(status: 202)
        default: nil
        }
    }

    /// Sets the response to authorized requests of this method and path.
    func respond(_ method: String, _ path: String, _ reply: @escaping @Sendable (RegistryRecord) -> RegistryReply) {
        registry.change { behavior in
            let before = behavior.respond
            behavior.respond = { $0.method == method && $0.path == path ? reply($0) : before?($0) }
        }
    }

    /// The challenge of this scheme.
    var challenge: RegistryReply {
        tokens.map { .challenge($0.challenge()) } ?? .challenge(#"Basic realm="Test registry""#)
    }
}
