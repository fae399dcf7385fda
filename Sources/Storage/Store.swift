/// The persistent store of the server.
///
/// Each closure is one transaction. A `write` is durable when it returns; if it throws, nothing was changed. A closure sees one consistent
/// state.
package protocol Store: Sendable {
    /// Increases with every write, before the write returns. Values that were read at a version are valid while the store has that version.
    var version: Int { get }

    /// Verifies authenticated rows.
    var rows: RowVerification { get }

    /// Throws ``StoreError/tooSlow`` after a time limit, and a `CancellationError` soon after its task is cancelled.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value
    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value
}

/// The errors of a store, independent of the database.
package enum StoreError: Error, Hashable, Sendable {
    /// A value of a unique field exists already.
    case duplicate
    /// The record to be changed does not exist, or not in the version that the caller read.
    case stale
    /// A stored value that this version cannot read; the text names its table or column.
    case unreadable(String)
    /// A row was changed by something other than the server; it is not used.
    case unverified(RowName)
    /// A newer version of the server has migrated the database; this version must not use it.
    case superseded
    /// A read exceeded the time limit and was aborted.
    case tooSlow
    /// The database failed: disk full, input/output error, locked.
    case unavailable(String)
}
