import Domain
import FoundationEssentials
import Naming
import Testing

@testable import RegistryClient

@Suite("Challenge cache")
struct ChallengeCacheTests {
    private static let id = UUID()

    private static func key(
        _ name: String = "registry.example/team/image", trust: RegistryTrust = RegistryTrust(), version: Int? = 1,
        rights: UpstreamRights = .pull, resource: String = "manifests"
    ) throws -> ChallengeCache.Key {
        let name = try RepositoryName(parsing: name)
        return ChallengeCache.Key(
            registry: Registry(authority: name.authority, isSSL: true, trust: trust), repository: name,
            credential: version.map { CredentialReference(id: id, version: $0) }, rights: rights,
            resource: resource)
    }

    @Test("A scheme is cached until it is replaced or removed")
    func stored() throws {
        let cache = ChallengeCache()
        let key = try Self.key()
        #expect(cache[key] == nil)
        for scheme in [AuthenticationScheme.anonymous, .basic, DecisionRow.tokens(), DecisionRow.tokens(DecisionRow.metadata)] {
            cache.store(scheme, for: key)
            #expect(cache[key] == scheme)
        }
        cache.remove(key)
        #expect(cache[key] == nil)
    }

    @Test("Schemes are cached by repository, registry, credential, version, rights and kind of resource")
    func separate() throws {
        let others = try [
            Self.key("registry.example/team/other"), Self.key("registry.example:5000/team/image"), Self.key(trust: .approved),
            Self.key(version: 2), Self.key(version: nil), Self.key(rights: .pullAndPush), Self.key(rights: .delete),
            Self.key(resource: "tags"),
        ]
        let cache = ChallengeCache()
        cache.store(.basic, for: try Self.key())
        for other in others { #expect(cache[other] == nil) }
        for other in others { cache.store(.anonymous, for: other) }
        for other in others.dropFirst() { cache.remove(other) }
        #expect(cache[try Self.key()] == .basic)
        #expect(cache[others[0]] == .anonymous)
    }

    @Test("The cache holds at most 10,000 schemes, including the newest one")
    func bound() throws {
        let cache = ChallengeCache()
        let keys = try (0...10_000).map { try Self.key("registry.example/team/image\($0)") }
        for key in keys {
            cache.store(.basic, for: key)
            #expect(cache[key] == .basic)
        }
        #expect(keys.count { cache[$0] != nil } <= 10_000)
        // Replacing an entry needs no eviction.
        let last = try #require(keys.last)
        cache.store(.anonymous, for: last)
        #expect(cache[last] == .anonymous)
    }
}
