import Domain
import Naming
import Storage
import Testing

extension StoreProperty {
    static let uniqueness = [
        StoreProperty("A name that exists in the namespace is a duplicate, and the transaction is rolled back") { store in
            let (first, second) = (try Sample.repository(), try Sample.repository())
            let other = try Sample.repository("other.example/team/image")
            let action = try Sample.action()
            try await store.write { try $0.add(first) }
            await #expect(throws: StoreError.duplicate) {
                try await store.write { writer in
                    try writer.record(action)
                    try writer.add(other)
                    try writer.insert(second)
                }
            }
            let listing = try await store.read { try $0.all(in: first.namespace) }
            #expect(listing.items == [first])
            #expect(listing.total == 1)
            #expect(try await store.read { try $0.action(action.id, in: action.namespace) } == nil)
            #expect(try await store.read { try $0.actions(in: action.namespace, page: Sample.page()).total } == 0)
            #expect(try await store.read { try $0.registry(other.name.authority) } == nil)
        },
        StoreProperty("Two namespaces can have a repository of the same name") { store in
            let (first, second) = (try Sample.repository(), try Sample.repository(in: Sample.others()))
            try await store.write { writer in
                try writer.add(first)
                try writer.add(second)
            }
            for repository in [first, second] {
                #expect(try await store.find(repository) == repository)
                #expect(try await store.read { try $0.all(in: repository.namespace).items } == [repository])
            }
        },
        StoreProperty("Exactly one of fifty concurrent insertions of a name succeeds, the others are duplicates") { store in
            let outcomes = try await withThrowingTaskGroup(of: StoreError?.self) { group in
                for _ in 0..<50 {
                    let repository = try Sample.repository()
                    group.addTask {
                        do throws(any Error) {
                            try await store.write { try $0.add(repository) }
                            return nil
                        } catch let error as StoreError {
                            return error
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 1)
            #expect(outcomes.filter { $0 == .duplicate }.count == 49)
            let listing = try await store.read { try $0.all(in: Sample.team()) }
            #expect(listing.items.count == 1)
            #expect(listing.total == 1)
        },
        StoreProperty("The identifiers of repositories, credentials and actions are unique") { store in
            let repository = try Sample.repository()
            let credential = try Sample.credential()
            let action = try Sample.action()
            try await store.write { writer in
                try writer.add(repository)
                try writer.add(credential)
                try writer.record(action)
            }
            let twin = Repository(
                id: repository.id, namespace: repository.namespace, name: try Sample.name("registry.example/twin"), credential: nil,
                verification: repository.verification, created: Sample.date(), modified: Sample.date())
            await #expect(throws: StoreError.duplicate) { try await store.write { try $0.insert(twin) } }
            await #expect(throws: StoreError.duplicate) { try await store.write { try $0.add(credential) } }
            await #expect(throws: StoreError.stale) { try await store.write { try $0.record(action) } }
            #expect(try await store.read { try $0.actions(in: action.namespace, page: Sample.page()).total } == 1)
        },
    ]
}
