import StorageConformance
import StorageSQLite
import Testing

@Suite("The SQLite store fulfils the contract")
struct ConformanceTests {
    @Test("Every store property holds", arguments: StoreProperty.all)
    func holds(_ property: StoreProperty) async throws {
        try await withStore { store in
            try await property.check(store)
            #expect(try await store.integrityCheck() == "ok")
        }
    }

    @Test("The names of store properties are unique sentences")
    func names() {
        let names = StoreProperty.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.split(separator: " ").count > 3 })
    }
}
