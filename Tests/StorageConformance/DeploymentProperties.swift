import Domain
import Storage
import Testing

extension StoreProperty {
    static let deployments = [
        StoreProperty("An empty store has no deployment and no sealing keys") { store in
            let found = try await store.read { (deployment: try $0.deployment(), keyIDs: try $0.sealingKeyIDs()) }
            #expect(found.deployment == nil)
            #expect(found.keyIDs == [])
        },
        StoreProperty("A deployment is read back as inserted") { store in
            let deployment = Sample.deployment()
            try await store.write { try $0.insert(deployment, sealedWith: "key-1") }
            #expect(try await store.read { try $0.deployment() } == deployment)
        },
        StoreProperty("A second deployment is a duplicate, and the first one is unchanged") { store in
            let deployment = Sample.deployment()
            try await store.write { try $0.insert(deployment, sealedWith: "key-1") }
            await #expect(throws: StoreError.duplicate) {
                try await store.write { try $0.insert(Sample.deployment(), sealedWith: "key-2") }
            }
            #expect(try await store.read { try $0.deployment() } == deployment)
            #expect(try await store.read { try $0.sealingKeyIDs() } == ["key-1"])
        },
        StoreProperty("The sealing keys are those of the deployment and of all current credentials") { store in
            let (first, second) = (try Sample.credential(), try Sample.credential())
            try await store.write { writer in
                try writer.insert(Sample.deployment(), sealedWith: "key-1")
                try writer.add(first, sealedWith: "key-2")
                try writer.add(second, sealedWith: "key-3")
            }
            #expect(try await store.read { try $0.sealingKeyIDs() } == ["key-1", "key-2", "key-3"])
            try await store.write { writer in
                let next = try Sample.credential(first.reference.id, version: 2)
                try writer.replace(next, sealedWith: "key-4", at: Sample.date())
                try writer.deleteCredential(second.reference.id)
            }
            #expect(try await store.read { try $0.sealingKeyIDs() } == ["key-1", "key-4"])
        },
    ]
}
