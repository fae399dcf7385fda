/// Where the server keeps what it must not forget.
///
/// One closure is one transaction: everything that a `write` does is there afterwards, durably, or nothing is and the call
/// throws. A closure sees one consistent state from its beginning to its end.
package protocol Store: Sendable {
    /// Grows with every write, before that returns: what was read at a version holds for as long as the store has it.
    var version: Int { get }

    /// Verifies the rows that decide something.
    var rows: RowVerification { get }

    /// Ends with ``StoreError/tooSlow`` where it takes too long, and with a `CancellationError` soon after its task is cancelled.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value
    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value
}

/// What a store can fail with; nothing of the database behind it is in the cases.
package enum StoreError: Error, Hashable, Sendable {
    /// A unique field of what was to be stored is taken.
    case duplicate
    /// What was to be changed is not there, or not in the version that the caller had read.
    case stale
    /// A stored value that this version cannot read; the text names the table and what it expected.
    case unreadable(String)
    /// A row was changed by something else than the server; it is not used.
    case unverified(RowName)
    /// A newer version of the server has changed the database: this one must not touch it.
    case superseded
    /// Reading took longer than the store allows, and was ended.
    case tooSlow
    /// The database did not do it: full disk, input/output error, locked.
    case unavailable(String)
}
