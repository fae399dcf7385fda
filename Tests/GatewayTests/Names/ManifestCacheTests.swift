import FoundationEssentials
import NIOCore
import Naming
import Testing

@testable import Gateway

@Suite("Manifests that are kept")
struct ManifestCacheTests {
    private let repository = UUID()

    private func key(_ number: Int, of repository: UUID? = nil) throws -> ManifestCache.Key {
        let digest = try #require(ContentDigest(parsing: Sample.digest(of: Array("\(number)".utf8))))
        return ManifestCache.Key(repository: repository ?? self.repository, digest: digest)
    }

    private func manifest(_ size: Int) -> ManifestCache.Manifest {
        ManifestCache.Manifest(mediaType: "a/b", bytes: ByteBuffer(repeating: 0x20, count: size))
    }

    @Test("What is kept for one repository is nobody else's")
    func perRepository() throws {
        let cache = ManifestCache()
        cache.keep(manifest(7), for: try key(1))
        #expect(cache[try key(1)]?.bytes.readableBytes == 7)
        #expect(cache[try key(1, of: UUID())] == nil)
        #expect(cache[try key(2)] == nil)
    }

    @Test("What is longest out of use goes where there is no room")
    func eviction() throws {
        let cache = ManifestCache(capacity: 100, overhead: 0)
        for number in 1...4 { cache.keep(manifest(25), for: try key(number)) }
        #expect(cache[try key(1)] != nil)
        cache.keep(manifest(25), for: try key(5))
        #expect(cache[try key(1)] != nil)
        #expect(cache[try key(5)] != nil)
        #expect(cache[try key(2)] == nil)
    }

    @Test("The same manifest again takes no more room")
    func again() throws {
        let cache = ManifestCache(capacity: 100, overhead: 0)
        cache.keep(manifest(50), for: try key(1))
        for _ in 1...10 { cache.keep(manifest(50), for: try key(2)) }
        #expect(cache[try key(1)] != nil)
        #expect(cache[try key(2)] != nil)
    }
}
