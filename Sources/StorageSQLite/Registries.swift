import Domain
import GRDB
import Naming

extension SQLiteReader {
    func registry(_ authority: RegistryAuthority) throws -> Registry? {
        try db.row("SELECT r.* FROM registries r WHERE r.authority = \(authority.description)").map(Registry.init(row:))
    }

    func registries(in namespace: NamespaceName) throws -> [Registry] {
        try db.rows(
            """
            SELECT r.* FROM repository_counts c JOIN registries r ON r.authority = c.authority
            WHERE c.namespace = \(namespace.description) AND c.count > 0 ORDER BY c.authority
            """
        ).map(Registry.init(row:))
    }
}

extension SQLiteWriter {
    func upsert(_ registry: Registry) throws {
        try insert(
            registry,
            onConflict: """
                is_ssl = coalesce(excluded.is_ssl, is_ssl), is_approved = max(excluded.is_approved, is_approved),
                realm = coalesce(realm, excluded.realm), is_reached = max(excluded.is_reached, is_reached)
                """)
    }

    func configure(_ registry: Registry) throws {
        try insert(
            registry,
            onConflict: """
                is_ssl = excluded.is_ssl, is_approved = excluded.is_approved, is_plain_http = excluded.is_plain_http,
                certificate_authorities = excluded.certificate_authorities, realm = excluded.realm, is_reached = excluded.is_reached
                """)
    }

    private func insert(_ registry: Registry, onConflict change: SQL) throws {
        let trust = registry.trust
        try db.execute(
            literal: """
                INSERT INTO registries (authority, is_ssl, is_approved, is_plain_http, certificate_authorities, realm, is_reached)
                VALUES (\(registry.authority.description), \(registry.isSSL), \(trust.isApproved), \(trust.isPlainHTTP),
                    \(trust.certificateAuthorities), \(trust.realm), \(registry.isReached))
                ON CONFLICT (authority) DO UPDATE SET \(change)
                """)
    }
}

extension Registry {
    fileprivate init(row: Row) throws {
        let trust = RegistryTrust(
            isApproved: try row.value("is_approved"), isPlainHTTP: try row.value("is_plain_http"),
            certificateAuthorities: try row.value("certificate_authorities"), realm: try row.value("realm"))
        self.init(
            authority: try row.authority(), isSSL: try row.value("is_ssl"), trust: trust, isReached: try row.value("is_reached"))
    }
}
