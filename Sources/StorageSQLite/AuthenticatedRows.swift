import Domain
import FoundationEssentials
import GRDB
import Storage

/// A value of an authenticated row. ``SQLiteReader`` reads it only with ``SQLiteReader/verified(_:as:)`` and
/// ``SQLiteReader/verifiedItems(_:)``; an architecture test rejects any other use of ``init(unverified:)``.
protocol AuthenticatedValue: Sendable {
    static var kind: RowName.Kind { get }
    /// The column of the code, and the columns of the row's id.
    static var codeColumn: String { get }
    static var idColumns: [String] { get }

    init(unverified row: Row) throws
    var authenticated: AuthenticatedRow { get }
}

extension SQLiteReader {
    /// The value of a row. Throws ``StoreError/unverified(_:)`` if the server did not write it.
    func verified<Value: AuthenticatedValue>(_ row: Row, as type: Value.Type = Value.self) throws -> Value {
        let authenticator = try rows.authenticator()
        // The server did not write an unreadable value.
        if let value = try? Value(unverified: row), let code = try? row.value(Value.codeColumn) as Data,
            authenticator.isValid([UInt8](code), of: value.authenticated.bytes)
        {
            return value
        }
        throw refused(row, as: type)
    }

    /// Notes a row that the server did not write.
    ///
    /// - Returns: the error for it.
    func refused<Value: AuthenticatedValue>(_ row: Row, as type: Value.Type) -> StoreError {
        let name = RowName(Value.kind, Value.id(of: row))
        rows.note(name)
        return .unverified(name)
    }

    /// The values of the rows that verify.
    func verifiedItems<Item>(_ found: some Sequence<Row>, _ read: (Row) throws -> Item) throws -> (items: [Item], omitted: Int) {
        var (items, omitted): ([Item], Int) = ([], 0)
        for row in found {
            try deadline?.check()
            do { items.append(try read(row)) } catch StoreError.unverified { omitted += 1 }
        }
        return (items, omitted)
    }

    func verifiedItems<Value: AuthenticatedValue>(_ found: some Sequence<Row>) throws -> (items: [Value], omitted: Int) {
        try verifiedItems(found) { try verified($0) }
    }

    /// The authentication code to store with a value.
    func code(of row: AuthenticatedRow) throws -> Data { Data(try rows.authenticator().code(of: row.bytes)) }
}

extension AuthenticatedValue {
    /// The id of a row, independent of its other values.
    static func id(of row: Row) -> String {
        idColumns.map { (try? row.value($0) as String) ?? "?" }.joined(separator: "/")
    }
}

extension Account: AuthenticatedValue {
    static let kind = RowName.Kind.account
    static let codeColumn = "account_code"
    static let idColumns = ["account_id"]

    var authenticated: AuthenticatedRow { AuthenticatedRow(self) }
}

extension APIKey: AuthenticatedValue {
    static let kind = RowName.Kind.apikey
    static let codeColumn = "code"
    static let idColumns = ["id"]

    var authenticated: AuthenticatedRow { AuthenticatedRow(self) }
}

extension Registry: AuthenticatedValue {
    static let kind = RowName.Kind.registry
    static let codeColumn = "code"
    static let idColumns = ["authority"]

    var authenticated: AuthenticatedRow { AuthenticatedRow(self) }
}

extension Repository: AuthenticatedValue {
    static let kind = RowName.Kind.repository
    static let codeColumn = "code"
    static let idColumns = ["id"]

    var authenticated: AuthenticatedRow { AuthenticatedRow(self) }
}
