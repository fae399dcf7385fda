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
