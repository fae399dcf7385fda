import FoundationEssentials
import NIOCore
import Naming
import Testing

@testable import Gateway

@Suite("Manifest cache")
struct ManifestCacheTests {
    private let repository = UUID()

    private func key(
        _ number: Int, of repository: UUID? = nil, named name: String = "registry.example/team/image"
    ) throws -> ManifestCache.Key {
        let digest = try #require(ContentDigest(parsing: Sample.digest(of: Array("\(number)".utf8))))
        return ManifestCache.Key(
            repository: repository ?? self.repository, name: try RepositoryName(parsing: name), digest: digest)
    }

    private func manifest(_ size: Int) -> ManifestCache.Manifest {
        ManifestCache.Manifest(mediaType: "a/b", bytes: ByteBuffer(repeating: 0x20, count: size))
    }

    @Test("A manifest cached for one repository is not found for another")
    func perRepository() throws {
        let cache = ManifestCache()
        cache.store(manifest(7), for: try key(1))
        #expect(cache[try key(1)]?.bytes.readableBytes == 7)
        #expect(cache[try key(1, of: UUID())] == nil)
        #expect(cache[try key(2)] == nil)
    }

    @Test("A manifest can be removed for all repositories of one name")
    func removalByName() throws {
        let cache = ManifestCache()
        let keys = try [
            key(1), key(1, of: UUID()), key(2), key(1, named: "registry.example/team/other"), key(1, named: "other.example/team/image"),
        ]
        for key in keys { cache.store(manifest(7), for: key) }
        cache.remove(keys[0].digest, of: keys[0].name)
        #expect(keys.map { cache[$0] != nil } == [false, false, true, true, true])
    }

    @Test("Beyond the capacity, the least recently used manifests are evicted")
    func eviction() throws {
        let cache = ManifestCache(capacity: 100, overhead: 0)
        for number in 1...4 { cache.store(manifest(25), for: try key(number)) }
        #expect(cache[try key(1)] != nil)
        cache.store(manifest(25), for: try key(5))
        #expect(cache[try key(1)] != nil)
        #expect(cache[try key(5)] != nil)
        #expect(cache[try key(2)] == nil)
    }

    @Test("Storing the same manifest again uses no more memory")
    func again() throws {
        let cache = ManifestCache(capacity: 100, overhead: 0)
        cache.store(manifest(50), for: try key(1))
        for _ in 1...10 { cache.store(manifest(50), for: try key(2)) }
        #expect(cache[try key(1)] != nil)
        #expect(cache[try key(2)] != nil)
    }

    @Test("The latest media type of a manifest replaces the earlier one", arguments: ["c/d", nil])
    func mediaType(_ type: String?) throws {
        let cache = ManifestCache()
        cache.store(manifest(7), for: try key(1))
        cache.store(ManifestCache.Manifest(mediaType: type, bytes: ByteBuffer(repeating: 0x20, count: 7)), for: try key(1))
        let found = try #require(cache[try key(1)])
        #expect(found.mediaType == type)
    }

    @Test("Removing a manifest leaves the others")
    func removal() throws {
        let cache = ManifestCache()
        for number in 1...3 { cache.store(manifest(7), for: try key(number)) }
        cache.remove(try key(2))
        cache.remove(try key(4))
        #expect(cache[try key(1)] != nil)
        #expect(cache[try key(2)] == nil)
        #expect(cache[try key(3)] != nil)
    }

    @Test("Removing the manifests of a repository leaves those of others")
    func removalOfRepository() throws {
        let (cache, other) = (ManifestCache(), UUID())
        for number in 1...3 {
            cache.store(manifest(7), for: try key(number))
            cache.store(manifest(7), for: try key(number, of: other))
        }
        cache.remove(of: repository)
        for number in 1...3 {
            #expect(cache[try key(number)] == nil)
            #expect(cache[try key(number, of: other)] != nil)
        }
    }

    @Test("A removed manifest frees its memory", arguments: [true, false])
    func room(_ isWholeRepository: Bool) throws {
        let cache = ManifestCache(capacity: 100, overhead: 0)
        let other = UUID()
        cache.store(manifest(50), for: try key(1, of: other))
        cache.store(manifest(50), for: try key(2))
        if isWholeRepository { cache.remove(of: repository) } else { cache.remove(try key(2)) }
        cache.remove(try key(2))
        cache.store(manifest(50), for: try key(3))
        #expect(cache[try key(1, of: other)] != nil)
        #expect(cache[try key(3)] != nil)
        cache.store(manifest(50), for: try key(4))
        #expect(cache[try key(4)] != nil)
        #expect([try key(1, of: other), try key(3)].contains { cache[$0] == nil })
    }
}
