import Dispatch
import Domain
import FoundationEssentials
import Naming
import Storage
import Testing

extension StoreProperty {
    static let transactions = [
        StoreProperty("A write that throws changes nothing and rethrows the same error") { store in
            let repository = try Sample.repository(credential: CredentialReference(id: UUID(), version: 1))
            let (account, action) = (try Sample.account(), try Sample.action())
            await #expect(throws: Refusal(reason: "at the end")) {
                try await store.write { writer in
                    try writer.insert(Sample.deployment(), sealedWith: "key-1")
                    try writer.insert(account)
                    try writer.insert(Sample.apiKey(of: account))
                    try writer.add(repository)
                    try writer.record(action)
                    throw Refusal(reason: "at the end")
                }
            }
            try await expectEmpty(store)
        },
        StoreProperty("The version increases with each write, even a failed one, and only with writes") { store in
            var version = store.version
            for isFailing in [false, true, false] {
                try? await store.write { writer in
                    try writer.add(Sample.repository())
                    if isFailing { throw Refusal(reason: "at the end") }
                }
                #expect(store.version > version)
                version = store.version
                _ = try await store.read { try $0.registry(Sample.repository().name.authority) }
                #expect(store.version == version)
            }
        },
        StoreProperty("A read that throws rethrows the same error") { store in
            await #expect(throws: Refusal(reason: "reading")) {
                try await store.read { _ -> Int in throw Refusal(reason: "reading") }
            }
        },
        StoreProperty("A write sees its own changes, and returns the stored values") { store in
            let repository = try Sample.repository()
            let returned = try await store.write { writer in
                try writer.add(repository)
                return try writer.repository(repository.name, in: repository.namespace)
            }
            #expect(returned == repository)
            #expect(try await store.find(repository) == repository)
        },
        StoreProperty("A read sees one consistent state during concurrent writes") { store in
            let isReading = DispatchSemaphore(value: 0)
            let isWritten = DispatchSemaphore(value: 0)
            async let seen = store.read { reader in
                let before = try reader.all(in: Sample.team()).total
                isReading.signal()
                // A store whose writers wait for readers never signals here, which also fulfils the contract.
                _ = isWritten.wait(timeout: .now() + 1)
                return [before, try reader.all(in: Sample.team()).items.count, try reader.all(in: Sample.team()).total]
            }
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    isReading.wait()
                    continuation.resume()
                }
            }
            try await store.write { try $0.add(Sample.repository()) }
            isWritten.signal()
            #expect(try await seen == [0, 0, 0])
            #expect(try await store.read { try $0.all(in: Sample.team()).total } == 1)
        },
        StoreProperty("Concurrent writes are all applied") { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask { try await store.write { try $0.add(Sample.repository("registry.example/image-\(number)")) } }
                    group.addTask { try await store.write { try $0.record(Sample.action()) } }
                }
                try await group.waitForAll()
            }
            #expect(try await store.read { try $0.all(in: Sample.team()).items.count } == 40)
            #expect(try await store.read { try $0.all(in: Sample.team()).total } == 40)
            #expect(try await store.read { try $0.actions(in: Sample.team(), page: Sample.page()).total } == 40)
        },
        StoreProperty("A cancelled write is committed if it returns, and not if it throws") { store in
            var outcomes: [(repository: Repository, isStored: Bool)] = []
            for number in 0..<40 {
                let repository = try Sample.repository("registry.example/image-\(number)")
                let task = Task { try await store.write { try $0.add(repository) } }
                if number.isMultiple(of: 2) { try await Task.sleep(for: .microseconds(number * 10)) }
                task.cancel()
                if case .success = await task.result {
                    outcomes.append((repository, true))
                } else {
                    outcomes.append((repository, false))
                }
            }
            for (repository, isStored) in outcomes {
                let found = try await store.find(repository)
                #expect((found != nil) == isStored, "\(repository.name)")
            }
            #expect(try await store.read { try $0.all(in: Sample.team()).total } == outcomes.filter(\.isStored).count)
        },
    ]

    private struct Refusal: Error, Equatable {
        let reason: String
    }

    private static func expectEmpty(_ store: any Store) async throws {
        #expect(try await store.read { try $0.deployment() } == nil)
        #expect(try await store.read { try $0.sealingKeyIDs() } == [])
        #expect(try await store.read { try $0.apiKey("abcdefghijkl") } == nil)
        #expect(try await store.read { try $0.all(in: Sample.team()).items } == [])
        #expect(try await store.read { try $0.all(in: Sample.team()).total } == 0)
        #expect(try await store.read { try $0.registries(in: Sample.team()).items } == [])
        #expect(try await store.read { try $0.registry(Sample.authority()) } == nil)
        #expect(try await store.read { try $0.actions(in: Sample.team(), page: Sample.page()).items } == [])
        #expect(try await store.read { try $0.actions(in: Sample.team(), page: Sample.page()).total } == 0)
    }
}
