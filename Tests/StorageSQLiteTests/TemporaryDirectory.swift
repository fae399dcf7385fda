import Foundation
import GRDB
import Storage
import StorageConformance
import StorageSQLite

/// A directory that exists while the body of a test runs.
func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lighterman-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}

/// An empty store in its own directory.
func withStore<Value>(_ body: (SQLiteStore) async throws -> Value) async throws -> Value {
    try await withTemporaryDirectory { try await body(SQLiteStore(testing: DataDirectory("\($0)/data"))) }
}

/// The path of a closed database that a store has filled.
func withClosedDatabase<Value>(_ fill: (SQLiteStore) async throws -> Void, _ body: (String) async throws -> Value) async throws -> Value {
    try await withTemporaryDirectory { folder in
        try await fill(SQLiteStore(testing: DataDirectory("\(folder)/data")))
        return try await body("\(folder)/data")
    }
}

/// The database of a data directory without the store, as opened by `sqlite3`: nothing is verified.
func database(in path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    configuration.allowsUnsafeTransactions = true
    return try DatabaseQueue(path: "\(path)/lighterman.sqlite", configuration: configuration)
}

extension SQLiteStore {
    /// A store that authenticates rows with the authenticator of the samples.
    convenience init(
        testing directory: DataDirectory, readLimit: Duration = .seconds(2), trace: (@Sendable (String) -> Void)? = nil
    ) throws {
        try self.init(in: directory, readLimit: readLimit, trace: trace)
        rows.use(SampleAuthenticator())
    }
}
