import Foundation
import GRDB
import StorageSQLite

/// A folder that is there for as long as a test's body runs.
func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lighterman-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}

/// An empty store in a folder of its own.
func withStore<Value>(_ body: (SQLiteStore) async throws -> Value) async throws -> Value {
    try await withTemporaryDirectory { try await body(SQLiteStore(in: DataDirectory("\($0)/data"))) }
}

/// The path of a database that was filled by a store and that nobody has open.
func withClosedDatabase<Value>(_ fill: (SQLiteStore) async throws -> Void, _ body: (String) async throws -> Value) async throws -> Value {
    try await withTemporaryDirectory { folder in
        try await fill(SQLiteStore(in: DataDirectory("\(folder)/data")))
        return try await body("\(folder)/data")
    }
}

/// The database of a data directory without the store, as `sqlite3` would open it: nothing is checked.
func database(in path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    configuration.allowsUnsafeTransactions = true
    return try DatabaseQueue(path: "\(path)/lighterman.sqlite", configuration: configuration)
}
