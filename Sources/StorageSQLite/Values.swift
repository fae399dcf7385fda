import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

/// Encodes and decodes column values. STRICT tables enforce the types; the form of texts is checked here, so that an edited row is an error
/// and never a wrong value. A failing `row[…]` would crash the process.
extension Date {
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }

    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}

extension UUID {
    var text: String { uuidString.lowercased() }
}

/// Statements as `SQL` literals, whose interpolations can only become bound parameters. Each is compiled once per connection.
extension Database {
    func row(_ sql: SQL) throws -> Row? { try SQLRequest<Row>(literal: sql, cached: true).fetchOne(self) }
    func rows(_ sql: SQL) throws -> [Row] { try SQLRequest<Row>(literal: sql, cached: true).fetchAll(self) }
    func number(_ sql: SQL) throws -> Int? { try SQLRequest<Int>(literal: sql, cached: true).fetchOne(self) }
    func text(_ sql: SQL) throws -> String? { try SQLRequest<String>(literal: sql, cached: true).fetchOne(self) }

    /// Runs a statement without result rows.
    func change(_ sql: SQL) throws { _ = try rows(sql) }
}

extension Row {
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: String) throws -> Value {
        do {
            return try decode(forColumn: column)
        } catch {
            throw StoreError.unreadable("column \(column)")
        }
    }

    func bytes(_ column: String) throws -> [UInt8] { [UInt8](try value(column) as Data) }
    func date(_ column: String) throws -> Date { Date(milliseconds: try value(column)) }
    func optionalDate(_ column: String) throws -> Date? { (try value(column) as Int64?).map(Date.init(milliseconds:)) }

    func uuid(_ column: String) throws -> UUID {
        try parsed(column) { UUID(uuidString: $0) }
    }

    func namespace(_ column: String = "namespace") throws -> NamespaceName {
        try parsed(column) { try? NamespaceName(parsing: $0) }
    }

    func optionalNamespace(_ column: String) throws -> NamespaceName? {
        try value(column) as String? == nil ? nil : namespace(column)
    }

    func accountName(_ column: String) throws -> AccountName {
        try parsed(column) { try? AccountName(parsing: $0) }
    }

    func keyID() throws -> APIKey.ID {
        try parsed("id") { APIKey.isID($0) ? $0 : nil }
    }

    func robotName(ofAccount column: String) throws -> RobotName {
        try parsed(column) { try? AccountName(parsing: $0).robot }
    }

    func robotName(_ column: String) throws -> RobotName {
        try parsed(column) { try? RobotName(parsing: $0) }
    }

    func authority(_ column: String = "authority") throws -> RegistryAuthority {
        try parsed(column) { try? RegistryAuthority(parsing: $0) }
    }

    func repositoryName(_ column: String) throws -> RepositoryName {
        try parsed(column) { try? RepositoryName(parsing: $0) }
    }

    func serviceName(_ column: String) throws -> ServiceName {
        try parsed(column) { try? ServiceName(parsing: $0) }
    }

    func agentName(_ column: String) throws -> AgentName {
        try parsed(column) { try? AgentName(parsing: $0) }
    }

    func optionalServiceName(_ column: String) throws -> ServiceName? {
        try value(column) as String? == nil ? nil : serviceName(column)
    }

    func optionalDigest(_ column: String) throws -> ContentDigest? {
        try value(column) as String? == nil ? nil : parsed(column) { ContentDigest(parsing: $0) }
    }

    func choice<Choice: RawRepresentable<String>>(_ column: String, _ type: Choice.Type = Choice.self) throws -> Choice {
        try parsed(column, Choice.init(rawValue:))
    }

    /// Reads a space-separated list.
    func words<Word>(_ column: String, _ parse: (String) -> Word?) throws -> [Word] {
        try (value(column) as String).split(separator: " ").map { word in
            guard let value = parse(String(word)) else { throw StoreError.unreadable("column \(column)") }
            return value
        }
    }

    private func parsed<Value>(_ column: String, _ parse: (String) -> Value?) throws -> Value {
        guard let value = parse(try value(column)) else { throw StoreError.unreadable("column \(column)") }
        return value
    }
}
