import Domain
import FoundationEssentials
import Naming
import Storage
import Testing

extension StoreProperty {
    static let credentials = [
        StoreProperty("A sealed credential is read back as inserted; an unknown one is nil") { store in
            let envelope = (0..<20_000).map { UInt8(truncatingIfNeeded: $0) }
            let sealed = try Sample.credential(envelope: envelope)
            try await store.write { try $0.add(sealed) }
            #expect(try await store.read { try $0.sealedCredential(sealed.reference.id) } == sealed)
            #expect(try await store.read { try $0.sealedCredential(UUID()) } == nil)
        },
        StoreProperty("A repository refers to the current version of its credential") { store in
            var repository = try Sample.repository(credential: CredentialReference(id: UUID(), version: 1))
            let id = try #require(repository.credential?.id)
            try await store.write { [repository] in try $0.add(repository) }
            for version in 2...4 {
                let next = try Sample.credential(id, version: version)
                try await store.write { try $0.replace(next, sealedWith: "key-1", at: Sample.date()) }
                repository.credential = next.reference
                #expect(try await store.read { try $0.repository(Sample.name(), in: Sample.team()) } == repository)
                #expect(try await store.read { try $0.all(in: Sample.team()).items } == [repository])
            }
        },
        StoreProperty("Deleting a credential deletes its secret, and no others") { store in
            let (deleted, kept) = (try Sample.credential(), try Sample.credential())
            try await store.write { writer in
                try writer.add(deleted, sealedWith: "key-1")
                try writer.add(kept, sealedWith: "key-2")
            }
            try await store.write { try $0.deleteCredential(deleted.reference.id) }
            #expect(try await store.read { try $0.sealedCredential(deleted.reference.id) } == nil)
            #expect(try await store.read { try $0.sealedCredential(kept.reference.id) } == kept)
            #expect(try await store.read { try $0.sealingKeyIDs() } == ["key-2"])
        },
        StoreProperty("A credential in use by a repository cannot be deleted") { store in
            let repository = try Sample.repository(credential: CredentialReference(id: UUID(), version: 1))
            let id = try #require(repository.credential?.id)
            try await store.write { try $0.add(repository) }
            await #expect(throws: StoreError.self) { try await store.write { try $0.deleteCredential(id) } }
            #expect(try await store.find(repository) == repository)
            #expect(try await store.read { try $0.sealedCredential(id) } != nil)
        },
        StoreProperty("A repository and its credential can be deleted in one transaction") { store in
            let repository = try Sample.repository(credential: CredentialReference(id: UUID(), version: 1))
            let id = try #require(repository.credential?.id)
            try await store.write { try $0.add(repository) }
            try await store.write { writer in
                try writer.delete(repository)
                try writer.deleteCredential(id)
            }
            #expect(try await store.read { try $0.sealedCredential(id) } == nil)
            #expect(try await store.read { try $0.sealingKeyIDs() } == [])
        },
        StoreProperty("A repository with an unknown credential is refused") { store in
            let repository = try Sample.repository(credential: CredentialReference(id: UUID(), version: 1))
            await #expect(throws: StoreError.self) {
                try await store.write { writer in
                    try writer.upsert(Registry(authority: repository.name.authority, isSSL: true))
                    try writer.insert(repository)
                }
            }
            #expect(try await store.read { try $0.all(in: repository.namespace).total } == 0)
        },
    ]
}
