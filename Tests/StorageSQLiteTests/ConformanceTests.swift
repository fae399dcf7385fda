import StorageConformance
import StorageSQLite
import Testing

@Suite("The SQLite store keeps the contract")
struct ConformanceTests {
    @Test("Property", arguments: StoreProperty.all)
    func holds(_ property: StoreProperty) async throws {
        try await withStore { store in
            try await property.check(store)
            #expect(try await store.integrityCheck() == "ok")
        }
    }

    @Test("The properties' names are sentences, and each is one property's only")
    func names() {
        let names = StoreProperty.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.split(separator: " ").count > 3 })
    }
}
