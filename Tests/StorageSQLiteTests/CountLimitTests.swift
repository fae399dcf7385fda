import Domain
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Testing

@Suite("Totals of filtered lists")
struct CountLimitTests {
    @Test("Matching items are counted up to 10,000, and further pages still exist")
    func limit() async throws {
        try await withManyRepositories(10_001) { path in
            let store = try SQLiteStore(testing: DataDirectory(path), readLimit: .seconds(60))
            _ = try await store.write { try $0.signRows(verifiedBy: nil) }
            for filter in [
                RepositoryFilter(namePrefix: "registry"), RepositoryFilter(nameFragment: "image"), RepositoryFilter(isInUse: false),
            ] {
                let listing = try await list(filter, in: store)
                #expect(listing.total == nil && listing.items.count == 25, "\(filter)")
                #expect(try listing.hasMore(behind: Sample.page(limit: 25)))
                let last = try await list(filter, offset: 9_990, in: store)
                #expect(last.total == nil && last.items.count == 11, "\(filter)")
                #expect(try !last.hasMore(behind: Sample.page(limit: 25, offset: 9_990)))
            }
            let patterns = try [
                "registry.example/team-1/image-11", "registry.example/team-1/*", "registry.example/team-2/image-2",
                "registry.example/none/*",
            ].map(RepositoryPattern.init(parsing:))
            let part = try await list(RepositoryFilter(patterns: patterns), offset: 1000, in: store)
            #expect(part.total == 1002)
            #expect(part.items.map(\.name.description) == ["registry.example/team-1/image-9991", "registry.example/team-2/image-2"])
        }
    }

    @Test("Exactly 10,000 matching items have a total")
    func exact() async throws {
        try await withManyRepositories(10_000) { path in
            let store = try SQLiteStore(testing: DataDirectory(path), readLimit: .seconds(60))
            #expect(try await list(RepositoryFilter(namePrefix: "registry"), in: store).total == 10_000)
        }
    }

    private func list(_ filter: RepositoryFilter, offset: Int = 0, in store: SQLiteStore) async throws -> Listing<Repository> {
        try await store.read { try $0.repositories(in: Sample.team(), where: filter, page: Sample.page(limit: 25, offset: offset)) }
    }
}
