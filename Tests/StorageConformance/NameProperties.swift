import Domain
import FoundationEssentials
import Naming
import Storage
import Testing

extension StoreProperty {
    /// The owner of a namespace name can read its trail, so names are never reused.
    static let takenNames = [
        StoreProperty("A name is unique among users and organizations, and a second attempt stores nothing") { store in
            let kinds: [Insertion] = [{ try $0.insert(Sample.account($1)) }, { try $0.insert(Sample.organization($1)) }]
            for (number, pair) in kinds.flatMap({ first in kinds.map { (first, $0) } }).enumerated() {
                let (name, action) = ("name-\(number)", try Sample.action())
                try await store.write { try pair.0($0, name) }
                await #expect(throws: StoreError.duplicate, "\(number)") {
                    try await store.write { writer in
                        try writer.record(action)
                        try pair.1(writer, name)
                    }
                }
                #expect(try await store.read { try $0.action(action.id, in: action.namespace) } == nil)
            }
        },
        StoreProperty("The name of a deleted organization is never reused") { store in
            try await store.makeOrganization("acme", admins: ["anna"])
            try await store.write { try $0.deleteOrganization(NamespaceName(parsing: "acme")) }
            await #expect(throws: StoreError.duplicate) { try await store.write { try $0.insert(Sample.organization("acme")) } }
            await #expect(throws: StoreError.duplicate) { try await store.write { try $0.insert(Sample.account("acme")) } }
            #expect(try await store.read { try $0.organization(NamespaceName(parsing: "acme")) } == nil)
            #expect(try await store.read { try $0.account(AccountName(parsing: "acme")) } == nil)
        },
        StoreProperty("A name from a rolled-back write is free") { store in
            await #expect(throws: StoreError.stale) {
                try await store.write { writer in
                    try writer.insert(Sample.organization("acme"))
                    throw StoreError.stale
                }
            }
            try await store.write { try $0.insert(Sample.account("acme")) }
        },
        StoreProperty("Exactly one of fifty concurrent attempts gets a name, for users and organizations") { store in
            let duplicates = await withTaskGroup { group in
                for number in 0..<50 {
                    group.addTask {
                        do throws(any Error) {
                            try await store.write {
                                try number.isMultiple(of: 2) ? $0.insert(Sample.account("acme")) : $0.insert(Sample.organization("acme"))
                            }
                            return false
                        } catch {
                            return error as? StoreError == .duplicate
                        }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(duplicates == 49)
        },
        StoreProperty("Robot names are unique within an organization and occupy no namespace names") { store in
            try await store.makeOrganization("acme", robots: ["ci", "deploy"])
            try await store.makeOrganization("others", robots: ["ci"])
            try await store.write { try $0.insert(Sample.account("ci")) }
            await #expect(throws: StoreError.duplicate) { try await store.write { try $0.insert(Sample.account("acme+ci")) } }
        },
    ]

    private typealias Insertion = @Sendable (any StoreWriter, String) throws -> Void
}
