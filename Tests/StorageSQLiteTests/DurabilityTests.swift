import Domain
import GRDB
import Storage
import StorageConformance
import StorageSQLite
import Synchronization
import Testing

@Suite("Durability")
struct DurabilityTests {
    @Test("The writing connection syncs every commit and overwrites deleted content")
    func settings() async throws {
        try await withStore { store in
            let durability = try await store.durability()
            #expect(durability == .required)
            #expect(durability.description == "journal_mode=wal synchronous=2 secure_delete=1")
        }
    }

    @Test("`synchronous=FULL` is set after all other values, and before the schema is read or changed")
    func order() async throws {
        try await withTemporaryDirectory { folder in
            let statements = Mutex<[String]>([])
            _ = try SQLiteStore(testing: DataDirectory("\(folder)/data")) { statement in statements.withLock { $0.append(statement) } }
            let traced = statements.withLock(\.self)
            let last = try #require(traced.lastIndex { $0.uppercased().hasPrefix("PRAGMA SYNCHRONOUS =") })
            let firstMigration = try #require(traced.firstIndex { $0.contains("grdb_migrations") })
            #expect(traced[last] == "PRAGMA synchronous = FULL")
            #expect(last < firstMigration)
        }
    }

    @Test("The database file is in WAL mode")
    func journalMode() async throws {
        try await withClosedDatabase { _ in
        } _: { path in
            let mode = try await database(in: path).read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
            #expect(mode == "wal")
        }
    }

    @Test("All data is present after reopening a database")
    func reopening() async throws {
        let repository = try Sample.repository()
        let (account, action, deployment) = (try Sample.account(), try Sample.action(), Sample.deployment())
        try await withClosedDatabase { store in
            try await store.write { writer in
                try writer.insert(deployment, sealedWith: "key-1")
                try writer.insert(account)
                try writer.insert(Sample.apiKey(of: account))
                try writer.add(repository)
                try writer.record(action)
            }
        } _: { path in
            for _ in 0..<3 {
                let store = try SQLiteStore(testing: DataDirectory(path))
                #expect(try await store.read { try $0.deployment() } == deployment)
                #expect(try await store.read { try $0.apiKey("abcdefghijkl")?.account } == account)
                #expect(try await store.read { try $0.all(in: repository.namespace).items } == [repository])
                #expect(try await store.read { try $0.all(in: repository.namespace).total } == 1)
                #expect(try await store.read { try $0.actions(in: action.namespace, page: Sample.page()).items } == [action])
                try store.close()
            }
        }
    }

    @Test("A write waits for a short write of another process")
    func busy() async throws {
        try await withTemporaryDirectory { folder in
            let store = try SQLiteStore(testing: DataDirectory("\(folder)/data"))
            let repository = try Sample.repository()
            let other = try database(in: "\(folder)/data")
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            async let write: Void = store.write { try $0.add(repository) }
            try await Task.sleep(for: .milliseconds(200))
            try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            try await write
            #expect(try await store.find(repository) == repository)
        }
    }

    @Test("A closed store is unavailable")
    func closed() async throws {
        try await withStore { store in
            try store.close()
            let isUnavailable: (any Error) -> Bool = { if case StoreError.unavailable = $0 { true } else { false } }
            await #expect { try await store.read { try $0.deployment() } } throws: { isUnavailable($0) }
            await #expect { try await store.write { try $0.insert(Sample.deployment(), sealedWith: "key-1") } } throws: {
                isUnavailable($0)
            }
            await #expect { try await store.integrityCheck() } throws: { isUnavailable($0) }
            await #expect { try await store.durability() } throws: { isUnavailable($0) }
        }
    }
}
