import Domain
import Naming
import Storage
import Testing

extension StoreProperty {
    static let listings = [
        StoreProperty("An empty namespace has an empty list") { store in
            try await store.write { try $0.add(Sample.repository(in: Sample.others())) }
            let listing = try await store.read { try $0.all(in: Sample.team()) }
            #expect(listing.items.isEmpty)
            #expect(listing.total == 0)
        },
        StoreProperty("A list is in byte order of the names, independent of the insertion order") { store in
            let names = try await addNames(to: store)
            let listing = try await store.read { try $0.all(in: Sample.team()) }
            #expect(listing.items.map(\.name.description) == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        },
        StoreProperty("Pages of any length together are the whole list without gaps or repetitions") { store in
            let names = try await addNames(to: store)
            let whole = try await store.read { try $0.all(in: Sample.team()).items }
            for length in 1...(names.count + 1) {
                var items: [Repository] = []
                for offset in stride(from: 0, through: names.count, by: length) {
                    let page = try Sample.page(limit: length, offset: offset)
                    let listing = try await store.read { try $0.repositories(in: Sample.team(), where: RepositoryFilter(), page: page) }
                    #expect(listing.items.count <= length)
                    #expect(listing.total == names.count)
                    items += listing.items
                }
                #expect(items == whole)
            }
        },
        StoreProperty("A page beyond the end is empty and has the total") { store in
            let names = try await addNames(to: store)
            for offset in [names.count, names.count + 1, 1_000_000, Int.max] {
                let page = try Sample.page(limit: 0, offset: offset)
                let listing = try await store.read { try $0.repositories(in: Sample.team(), where: RepositoryFilter(), page: page) }
                #expect(listing.items.isEmpty)
                #expect(listing.total == names.count)
            }
        },
        StoreProperty("A list has the same values as a look-up of each item") { store in
            _ = try await addNames(to: store)
            for repository in try await store.read({ try $0.all(in: Sample.team()).items }) {
                #expect(try await store.find(repository) == repository)
            }
        },
    ]

    /// Ten names whose order depends on every byte, including ports and punctuation, and another namespace that must not be visible.
    private static func addNames(to store: any Store) async throws -> [String] {
        let names = [
            "registry.example:5000/a", "registry.example/a/b", "registry.example/a-b", "registry.example/a", "registry.example/a.b",
            "registry.example/a_b", "docker.io/library/zebra", "registry.example/a10", "registry.example/a9", "localhost:5000/z",
        ]
        try await store.write { writer in
            for name in names {
                try writer.add(Sample.repository(name))
                try writer.add(Sample.repository(name, in: Sample.others()))
            }
        }
        return names
    }
}
