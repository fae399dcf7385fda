import Domain
import Operations
import Sealing
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Wrapping secrets anew") struct RotateKeysTests {
    @Test("goes through all of them in batches, and is repeated without harm") func goesThroughAll() async throws {
        let test = try await TestBackend()
        for number in 0..<5 { try await test.register("registry.example/team/image\(number)", "carol", "sesame") }
        let ring = test.ring.rotated(to: .generate())
        let rotation = RotateKeys(store: test.store, ring: ring, batch: 2)
        #expect(try await rotation.run() == 5)
        #expect(try await test.store.read { try $0.sealingKeyIDs() } == [ring.newest.id.description])
        #expect(try await rotation.run() == 0)
        let deployment = try #require(try await test.store.read { try $0.deployment() })
        _ = try await OpenedDeployment(deployment, in: test.store, ring: KeyRing(ring.newest))
    }

    @Test("stops at a secret that was moved to another registry") func stopsAtATamperedSecret() async throws {
        let test = try await TestBackend()
        try await test.register("registry.example/team/image", "carol", "sesame")
        try RawDatabase(test).run("UPDATE credentials SET authority = 'evil.example'")
        await #expect(throws: SealingError.self) {
            try await RotateKeys(store: test.store, ring: test.ring.rotated(to: .generate())).run()
        }
    }
}
