import Domain
import FoundationEssentials
import Storage
import Testing

extension StoreProperty {
    static let replacements = [
        StoreProperty("The next version of a credential replaces the previous one") { store in
            let first = try Sample.credential(envelope: [1])
            let second = try Sample.credential(first.reference.id, version: 2, envelope: [2])
            try await store.write { try $0.add(first, sealedWith: "key-1") }
            try await store.write { try $0.replace(second, sealedWith: "key-2", at: Sample.date()) }
            #expect(try await store.read { try $0.sealedCredential(first.reference.id) } == second)
            #expect(try await store.read { try $0.sealingKeyIDs() } == ["key-2"])
        },
        StoreProperty("Any version other than the next one is stale and changes nothing") { store in
            let current = try Sample.credential(version: 5)
            try await store.write { try $0.add(current) }
            for version in [-1, 0, 1, 4, 5, 7] {
                let other = try Sample.credential(current.reference.id, version: version, envelope: [0])
                await #expect(throws: StoreError.stale) {
                    try await store.write { try $0.replace(other, sealedWith: "key-2", at: Sample.date()) }
                }
                #expect(try await store.read { try $0.sealedCredential(current.reference.id) } == current)
                #expect(try await store.read { try $0.sealingKeyIDs() } == ["key-1"])
            }
        },
        StoreProperty("Replacing an unknown credential is stale") { store in
            let missing = try Sample.credential(version: 2)
            await #expect(throws: StoreError.stale) {
                try await store.write { try $0.replace(missing, sealedWith: "key-1", at: Sample.date()) }
            }
            #expect(try await store.read { try $0.sealedCredential(missing.reference.id) } == nil)
        },
        StoreProperty("Exactly one of two concurrent replacements of a version succeeds, and its bytes are stored") { store in
            let first = try Sample.credential()
            try await store.write { try $0.add(first) }
            for version in 2...15 {
                let contenders = try [0, 1].map { try Sample.credential(first.reference.id, version: version, envelope: [$0]) }
                let winners = try await withThrowingTaskGroup(of: SealedCredential?.self) { group in
                    for contender in contenders { group.addTask { try await replace(contender, in: store) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                .compactMap(\.self)
                #expect(winners.count == 1)
                #expect(try await store.read { try $0.sealedCredential(first.reference.id) } == winners.first)
            }
        },
    ]

    /// The credential if it was stored, nil if the other one was faster.
    private static func replace(_ credential: SealedCredential, in store: any Store) async throws -> SealedCredential? {
        do {
            try await store.write { try $0.replace(credential, sealedWith: "key-1", at: Sample.date()) }
            return credential
        } catch StoreError.stale {
            return nil
        }
    }
}
