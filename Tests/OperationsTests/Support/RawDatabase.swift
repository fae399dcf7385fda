import FoundationEssentials
import GRDB
import TestSupport

/// Direct access to the database, without the server and its checks.
struct RawDatabase {
    private let queue: DatabaseQueue

    init(_ path: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(10)
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    init(_ backend: TestBackend) throws {
        try self.init("\(backend.directory.path)/data/lighterman.sqlite")
    }

    /// - Returns: the number of changed rows.
    @discardableResult
    func run(_ sql: String, _ values: any DatabaseValueConvertible...) throws -> Int {
        try queue.write { db in
            try db.execute(sql: sql, arguments: StatementArguments(values))
            return db.changesCount
        }
    }

    func count(_ table: String) throws -> Int {
        try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    func text(_ sql: String, _ values: any DatabaseValueConvertible...) throws -> String? {
        try queue.read { try String.fetchOne($0, sql: sql, arguments: StatementArguments(values)) }
    }

    func bytes(_ sql: String, _ values: any DatabaseValueConvertible...) throws -> [UInt8]? {
        try queue.read { try Data.fetchOne($0, sql: sql, arguments: StatementArguments(values)) }.map(Array.init)
    }

    /// All values of all rows, for comparison.
    func everything(but excluded: Set<String> = []) throws -> [String] {
        try queue.read { db in
            let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            return try tables.filter { !excluded.contains($0) }.flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\(table): \($0.databaseValues)" }.sorted()
            }
        }
    }

    /// The tables of actions.
    static let trail: Set = ["actions", "action_counts", "action_revisions", "sqlite_sequence"]

    /// Bytes as an SQL literal.
    static func literal(_ bytes: [UInt8]) -> String {
        "X'\(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())'"
    }

    /// Makes recording actions fail from now on.
    func forbidActions() throws {
        try run("CREATE TRIGGER no_actions BEFORE INSERT ON actions BEGIN SELECT RAISE(ABORT, 'no action'); END")
    }
}
