import Foundation
import GRDB
import Storage
import StorageConformance
import StorageSQLite
import Testing

@Suite("The schema")
struct SchemaTests {
    @Test("Opening a database that is up to date changes nothing of its schema")
    func idempotent() async throws {
        try await withClosedDatabase { _ in
        } _: { path in
            let first = try await schema(in: path)
            #expect(first.contains { $0.contains("CREATE TABLE repositories") })
            for _ in 0..<3 {
                _ = try SQLiteStore(in: DataDirectory(path))
                #expect(try await schema(in: path) == first)
            }
        }
    }

    @Test("Every table is strict: a column holds values of its type only")
    func strict() async throws {
        try await withClosedDatabase { _ in
        } _: { path in
            let lenient = try await database(in: path).read { db in
                try String.fetchAll(
                    db, sql: "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'")
            }
            #expect(lenient == ["grdb_migrations"])
        }
    }

    @Test("A database of a newer version is refused and left as it is")
    func superseded() async throws {
        let repository = try Sample.repository()
        try await withClosedDatabase { store in
            try await store.write { try $0.add(repository) }
        } _: { path in
            try await edit(path, "INSERT INTO grdb_migrations (identifier) VALUES ('1000 from the future')")
            let before = try await schema(in: path)
            #expect(throws: StoreError.superseded) { try SQLiteStore(in: DataDirectory(path)) }
            #expect(try await schema(in: path) == before)

            try await edit(path, "DELETE FROM grdb_migrations WHERE identifier LIKE '1000%'")
            let store = try SQLiteStore(in: DataDirectory(path))
            #expect(try await store.find(repository) == repository)
        }
    }

    @Test("A newer version is told from one that has not begun: steps that are missing do not matter")
    func supersededAndIncomplete() async throws {
        try await withTemporaryDirectory { folder in
            let path = "\(folder)/data"
            _ = try DataDirectory(path)
            try await edit(path, "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            try await edit(path, "INSERT INTO grdb_migrations VALUES ('1000 from the future')")
            #expect(throws: StoreError.superseded) { try SQLiteStore(in: DataDirectory(path)) }
            #expect(try await schema(in: path).filter { $0.contains("repositories") } == [])
        }
    }

    @Test("A file that is no database is unavailable, and is not overwritten")
    func garbage() async throws {
        try await withTemporaryDirectory { folder in
            let directory = try DataDirectory("\(folder)/data")
            let bytes = Data(repeating: UInt8(ascii: "x"), count: 10_000)
            try bytes.write(to: URL(fileURLWithPath: directory.database))
            #expect {
                try SQLiteStore(in: directory)
            } throws: {
                if case StoreError.unavailable = $0 { true } else { false }
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: directory.database)) == bytes)
        }
    }

    private func schema(in path: String) async throws -> [String] {
        try await database(in: path).read { db in
            try String.fetchAll(db, sql: "SELECT coalesce(sql, name) FROM sqlite_schema UNION ALL SELECT identifier FROM grdb_migrations")
        }
    }

    private func edit(_ path: String, _ sql: String) async throws {
        try await database(in: path).write { try $0.execute(sql: sql) }
    }
}
