import Domain
import GRDB
import Naming

extension SQLiteReader {
    func registry(_ authority: RegistryAuthority) throws -> Registry? {
        try db.row("SELECT authority, is_ssl FROM registries WHERE authority = \(authority.description)")
            .map(Registry.init(row:))
    }

    func registries(in namespace: NamespaceName) throws -> [Registry] {
        try db.rows(
            """
            SELECT r.authority, r.is_ssl FROM repository_counts c JOIN registries r ON r.authority = c.authority
            WHERE c.namespace = \(namespace.description) AND c.count > 0 ORDER BY c.authority
            """
        ).map(Registry.init(row:))
    }
}

extension SQLiteWriter {
    func upsert(_ registry: Registry) throws {
        try db.execute(
            literal: """
                INSERT INTO registries (authority, is_ssl) VALUES (\(registry.authority.description), \(registry.isSSL))
                ON CONFLICT (authority) DO UPDATE SET is_ssl = coalesce(excluded.is_ssl, is_ssl)
                """)
    }
}

extension Registry {
    fileprivate init(row: Row) throws {
        self.init(authority: try row.authority(), isSSL: try row.value("is_ssl"))
    }
}
