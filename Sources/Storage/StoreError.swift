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
    /// The item after which a page should start is not in the list.
    case unknownCursor
    /// The database failed: disk full, input/output error, locked.
    case unavailable(String)
}
