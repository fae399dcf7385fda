import GRDB
import Storage
import StorageSQLite
import Testing

@Suite("A schema that was changed outside the server")
struct SchemaDifferenceTests {
    @Test(
        "A database with another schema is not opened, and the error names the difference",
        arguments: [
            (
                "CREATE TRIGGER revive AFTER UPDATE OF revoked ON api_keys BEGIN UPDATE api_keys SET revoked = NULL WHERE id = new.id; END",
                "trigger revive"
            ),
            ("CREATE VIEW hidden AS SELECT * FROM accounts", "view hidden"),
            ("CREATE TABLE notes (text TEXT)", "table notes"),
            ("CREATE INDEX fast ON actions (user_agent)", "index fast"),
            (
                "DROP INDEX api_keys_account; CREATE INDEX api_keys_account ON api_keys (account, created) WHERE revoked IS NULL",
                "index api_keys_account"
            ),
            ("DROP INDEX api_keys_account", "index api_keys_account"),
            ("ALTER TABLE accounts ADD COLUMN extra TEXT", "table accounts"),
        ])
    func changed(_ statements: String, _ difference: String) async throws {
        try await withClosedDatabase({ _ in }) { path in
            // An unchanged database can be opened again.
            try SQLiteStore(in: DataDirectory(path)).close()
            let queue = try database(in: path)
            try await queue.write { try $0.execute(sql: statements) }
            try queue.close()
            let error = #expect(throws: StoreError.self) { _ = try SQLiteStore(in: DataDirectory(path)) }
            #expect(error.map { "\($0)" }?.contains(difference) == true, "\(String(describing: error))")
        }
    }
}
