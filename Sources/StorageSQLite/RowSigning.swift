import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

/// A table of authenticated rows.
private struct AuthenticatedTable: Sendable {
    let kind: RowName.Kind
    let name: String
    /// Selects all rows, with the columns of a value.
    let select: SQL
    /// The columns of the primary key in ``select``, and in the table.
    let keys: [(selected: String, column: String)]
    let codeColumn: String
    let read: @Sendable (Row) throws -> AuthenticatedRow

    init<Value: AuthenticatedValue>(_ type: Value.Type, name: String, select: SQL, keys: [String]) {
        kind = Value.kind
        self.name = name
        self.select = select
        self.keys = Array(zip(Value.idColumns, keys)).map { (selected: $0, column: $1) }
        codeColumn = Value.codeColumn
        read = { try Value(unverified: $0).authenticated }
    }

    static let all = [
        AuthenticatedTable(Account.self, name: "accounts", select: "SELECT \(Account.columns) FROM accounts a", keys: ["id"]),
        AuthenticatedTable(APIKey.self, name: "api_keys", select: "SELECT k.* FROM api_keys k", keys: ["id"]),
        AuthenticatedTable(
            MembershipRow.self, name: "memberships", select: "SELECT \(MembershipRow.columns) FROM memberships m",
            keys: ["organization", "account"]),
        AuthenticatedTable(Registry.self, name: "registries", select: "SELECT r.* FROM registries r", keys: ["authority"]),
        AuthenticatedTable(Repository.self, name: "repositories", select: SQLiteReader.selectRepositories, keys: ["id"]),
    ]

    func rowName(of row: Row) -> RowName {
        RowName(kind, keys.map { (try? row.value($0.selected) as String) ?? "?" }.joined(separator: "/"))
    }

    func isVerified(_ row: Row, by authenticator: any RowAuthenticator) -> Bool {
        guard let value = try? read(row), let code = try? row.value(codeColumn) as Data else { return false }
        return authenticator.isValid([UInt8](code), of: value.bytes)
    }

    func store(_ code: Data, in row: Row, of db: Database) throws {
        let condition = try keys.map { key -> SQL in "\(identifier: key.column) = \(try row.value(key.selected) as String)" }
        try db.change(
            "UPDATE \(identifier: name) SET code = \(code) WHERE \(condition.joined(separator: " AND "))")
    }
}

extension SQLiteReader {
    func hasSignedRows() throws -> Bool {
        try AuthenticatedTable.all.contains { table in
            try db.number("SELECT 1 FROM \(identifier: table.name) WHERE code IS NOT NULL LIMIT 1") != nil
        }
    }

    func unverifiedRows(limit: Int) throws -> [UnverifiedRow] {
        let authenticator = try rows.authenticator()
        var found: [UnverifiedRow] = []
        for table in AuthenticatedTable.all {
            let cursor = try SQLRequest<Row>(literal: table.select).fetchCursor(db)
            while found.count < limit, let row = try cursor.next() {
                guard !table.isVerified(row, by: authenticator) else { continue }
                found.append(UnverifiedRow(name: table.rowName(of: row), content: (try? table.read(row))?.content))
            }
        }
        return found
    }

    func firstNamespace() throws -> NamespaceName? {
        try db.row("SELECT name FROM accounts WHERE instr(name, '+') = 0 ORDER BY rowid LIMIT 1").flatMap { try? $0.namespace("name") }
    }
}

extension SQLiteWriter {
    func signRows(verifiedBy former: (any RowAuthenticator)?) throws -> Int {
        var count = 0
        for table in AuthenticatedTable.all {
            let cursor = try SQLRequest<Row>(literal: table.select).fetchCursor(db)
            while let row = try cursor.next() {
                if let former, !table.isVerified(row, by: former) { continue }
                // An unreadable row remains unsigned, and is reported when it is used.
                guard let value = try? table.read(row) else { continue }
                try table.store(code(of: value), in: row, of: db)
                count += 1
            }
        }
        return count
    }

    func signRow(_ name: RowName) throws {
        guard let table = AuthenticatedTable.all.first(where: { $0.kind == name.kind }) else { throw StoreError.stale }
        let cursor = try SQLRequest<Row>(literal: table.select).fetchCursor(db)
        while let row = try cursor.next() {
            guard table.rowName(of: row) == name else { continue }
            return try table.store(code(of: table.read(row)), in: row, of: db)
        }
        throw StoreError.stale
    }
}
