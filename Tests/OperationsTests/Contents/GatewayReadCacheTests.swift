import Dispatch
import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

/// The cache of values that the gateway reads for every request.
@Suite("The gateway's read cache")
struct GatewayReadCacheTests {
    /// A repository in an organization, and a member who may pull it.
    private struct Scene {
        let backend: TestBackend
        let store: SlowStore
        let alice: APIKeySecret
        let name: RepositoryName
        let namespace: NamespaceName

        init() async throws {
            (backend, store) = try await TestBackend.onSlowStore()
            name = try RepositoryName(parsing: "registry.example/team/image")
            namespace = try NamespaceName(parsing: "acme")
            alice = try await backend.makeAccount("alice")
            try await backend.createOrganization()
            try await backend.setMember("alice", to: .read)
            _ = try await backend.backend.registerRepository(
                name, with: CredentialInput("user", "secret"), in: namespace, verify: .unspecified, by: backend.caller())
        }

        func pull(by key: APIKeySecret? = nil) async throws {
            let identity = try await backend.backend.authenticate(tokenOf: (key ?? alice).keyID)
            let origin = Action.Origin(user: "", keyID: identity.keyID, address: "", method: "GET", path: "", userAgent: "")
            let caller = Caller(identity: identity, origin: origin)
            let (repository, record) = try await backend.backend.useRepository(
                .pull, of: name, "v1", isExistenceCheck: false, in: namespace, by: caller)
            record.succeed()
            try await backend.backend.writeOutcomes()
            #expect(try await backend.backend.openUpstream(of: repository, by: caller).reference == repository.repository.credential)
        }
    }

    @Test("A second pull reads nothing from the store; a pull after a write reads everything again")
    func reads() async throws {
        let scene = try await Scene()
        for _ in 1...2 { try await scene.pull() }
        _ = scene.store.takeCount()
        try await scene.pull()
        #expect(scene.store.takeCount() == SlowStore.Count())
        try await scene.backend.makeAccount("bob")
        _ = scene.store.takeCount()
        try await scene.pull()
        #expect(scene.store.takeCount() == SlowStore.Count(reads: 5))
    }

    enum Loss: String, CaseIterable, Sendable { case keyRevoked, userDisabled, memberRemoved, repositoryRemoved }

    @Test("A removed right takes effect at the next pull", arguments: Loss.allCases)
    func taken(_ loss: Loss) async throws {
        let scene = try await Scene()
        let backend = scene.backend
        for _ in 1...2 { try await scene.pull() }
        switch loss {
        case .keyRevoked: try await backend.revoke(scene.alice.keyID)
        case .userDisabled: try await backend.updateUser("alice", isDisabled: true)
        case .memberRemoved: try await backend.removeMember("alice")
        case .repositoryRemoved:
            _ = try await backend.backend.removeRepository(scene.name, in: scene.namespace, by: backend.caller())
        }
        let status = [.keyRevoked, .userDisabled].contains(loss) ? 401 : 404
        await expectFault(status) { try await scene.pull() }
    }

    @Test("An expired key is refused although it is cached")
    func ended() async throws {
        let scene = try await Scene()
        let key = try await scene.backend.createKey(days: 1).value.secret
        try await scene.pull(by: key)
        scene.backend.clock.advance(by: 24 * 60 * 60)
        await expectFault(401) { try await scene.pull(by: key) }
    }

    @Test("Values that were read during a write are not cached")
    func meanwhile() async throws {
        let scene = try await Scene()
        let cache = ReadCache<Int, Int>()
        for expected in 1...2 {
            let value = try await cache.value(of: 1, in: scene.store) { _ in
                let written = DispatchSemaphore(value: 0)
                Task {
                    try await scene.backend.makeAccount("user\(expected)")
                    written.signal()
                }
                written.wait()
                return expected
            }
            #expect(value == expected)
        }
    }

    @Test("Misses are not cached, and the number of cached values is bounded")
    func bounds() async throws {
        let store = try await Scene().store
        let cache = ReadCache<Int, Int>(capacity: 3)
        for value in [nil, nil, 1] as [Int?] { #expect(try await cache.value(of: 0, in: store) { _ in value } == value) }
        _ = store.takeCount()
        for key in 0..<4 { #expect(try await cache.value(of: key, in: store) { _ in key + 1 } == key + 1) }
        #expect(store.takeCount().reads == 3)
        #expect(try await cache.value(of: 3, in: store) { _ in 7 } == 4)
        // The cache has evicted one of the first three.
        let cached = (0..<4).filter { cache.cachedValue(of: $0, in: store) != nil }
        #expect(cached.count == 3 && cached.last == 3)
    }
}
