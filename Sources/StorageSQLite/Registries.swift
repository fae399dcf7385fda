import Domain
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func registry(_ authority: RegistryAuthority) throws -> Registry? {
        try db.row("SELECT r.* FROM registries r WHERE r.authority = \(authority.description)").map { try verified($0) }
    }

    func registries(in namespace: NamespaceName) throws -> Listing<Registry> {
        let found = try db.rows(
            """
            SELECT r.* FROM repository_counts c JOIN registries r ON r.authority = c.authority
            WHERE c.namespace = \(namespace.description) AND c.count > 0 ORDER BY c.authority
            """)
        let (items, omitted) = try verifiedItems(found) as (items: [Registry], omitted: Int)
        return Listing(items: items, total: items.count + omitted, omitted: omitted)
    }
}

extension SQLiteWriter {
    func upsert(_ registry: Registry) throws {
        guard var merged = try self.registry(registry.authority) else { return try configure(registry) }
        merged.isSSL = registry.isSSL ?? merged.isSSL
        merged.isReached = merged.isReached || registry.isReached
        merged.trust.isApproved = merged.trust.isApproved || registry.trust.isApproved
        if !registry.trust.networks.isEmpty { merged.trust.networks = registry.trust.networks }
        merged.trust.realm = merged.trust.realm ?? registry.trust.realm
        try configure(merged)
    }

    func configure(_ registry: Registry) throws {
        let trust = registry.trust
        try db.execute(
            literal: """
                INSERT INTO registries (authority, is_ssl, is_approved, is_plain_http, certificate_authorities, realm, is_reached,
                    networks, blob_hosts, code)
                VALUES (\(registry.authority.description), \(registry.isSSL), \(trust.isApproved), \(trust.isPlainHTTP),
                    \(trust.certificateAuthorities), \(trust.realm), \(registry.isReached),
                    \(trust.networks.map(\.description).sorted().joined(separator: " ")),
                    \(trust.blobHosts.map(\.description).sorted().joined(separator: " ")), \(try code(of: registry.authenticated)))
                ON CONFLICT (authority) DO UPDATE SET is_ssl = excluded.is_ssl, is_approved = excluded.is_approved,
                    is_plain_http = excluded.is_plain_http, certificate_authorities = excluded.certificate_authorities,
                    realm = excluded.realm, is_reached = excluded.is_reached, networks = excluded.networks,
                    blob_hosts = excluded.blob_hosts, code = excluded.code
                """)
    }
}

extension Registry {
    init(unverified row: Row) throws {
        let trust = RegistryTrust(
            isApproved: try row.value("is_approved"), networks: Set(try row.words("networks") { Network($0) }),
            blobHosts: Set(try row.words("blob_hosts") { try? RegistryAuthority(parsing: $0) }),
            isPlainHTTP: try row.value("is_plain_http"),
            certificateAuthorities: try row.value("certificate_authorities"), realm: try row.value("realm"))
        self.init(
            authority: try row.authority(), isSSL: try row.value("is_ssl"), trust: trust, isReached: try row.value("is_reached"))
    }
}
