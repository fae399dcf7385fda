import Domain
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func registry(_ authority: RegistryAuthority) throws -> Registry? {
        if let row = try db.row("SELECT r.* FROM registries r WHERE r.authority = \(authority.description)") { return try verified(row) }
        // A repository is stored together with its registry. Without the row, the server would forget TLS and the pinned realm.
        guard try db.number("SELECT 1 FROM repositories WHERE authority = \(authority.description) LIMIT 1") == nil else {
            let name = RowName(.registry, authority.description)
            rows.note(name)
            throw StoreError.unverified(name)
        }
        return nil
    }

    func missingRegistries(limit: Int) throws -> [RegistryAuthority] {
        try db.rows(
            """
            SELECT DISTINCT r.authority FROM repositories r
            WHERE NOT EXISTS (SELECT 1 FROM registries g WHERE g.authority = r.authority) ORDER BY r.authority LIMIT \(limit)
            """
        ).compactMap { try? $0.authority() }
    }

    func registryAuthorities() throws -> [RegistryAuthority] {
        try db.rows("SELECT DISTINCT authority FROM repositories ORDER BY authority").compactMap { try? $0.authority() }
    }

    func registries(in namespace: NamespaceName, where filter: RegistryFilter, page: Page) throws -> Listing<Registry> {
        // SQLite binds a text up to its first NUL, and that prefix would match too much.
        guard ![filter.name, filter.host].contains(where: { $0?.utf8.contains(0) == true }) else { return .empty }
        return try listing(
            RegistrySearch(namespace: namespace, filter: filter), page: page, cursor: { try $0.authority() }, read: { try verified($0) })
    }
}

/// Translates a filter of registries into ranges of the index of a namespace's registries.
private struct RegistrySearch: NamedList {
    let namespace: NamespaceName
    let filter: RegistryFilter
    let ranges: [NameRange]

    init(namespace: NamespaceName, filter: RegistryFilter) {
        self.namespace = namespace
        self.filter = filter
        ranges = NameRange.ranges(of: filter)
    }

    var after: String? { filter.after?.description }
    var order: SQL { "c.authority" }

    func select(_ columns: ListColumns, in range: NameRange) -> SQL {
        switch columns {
        case .item: "SELECT r.* \(counters(in: range, with: " CROSS JOIN registries r ON r.authority = c.authority"))"
        case .place: "SELECT c.authority AS place \(counters(in: range))"
        case .none: "SELECT 1 \(counters(in: range))"
        }
    }

    /// The table and the conditions of a query for the registries in a range.
    private func counters(in range: NameRange, with join: SQL = "") -> SQL {
        "FROM repository_counts c\(join) WHERE c.namespace = \(namespace.description)\(range.contains("c.authority")) AND c.count > 0"
    }
}

extension NameRange {
    /// The disjoint ranges of the authorities that match a filter, in order.
    fileprivate static func ranges(of filter: RegistryFilter) -> [NameRange] {
        let hub = RegistryAuthority.dockerHub.description
        var conditions: [[NameRange]] = []
        if let name = filter.name {
            // Docker Hub has a name that is not its authority.
            conditions.append(name == hub ? [] : [NameRange(only: name == Registry.dockerHubName ? hub : name)])
        }
        if let host = filter.host {
            let ports = NameRange(lower: "\(host):", upper: "\(host);")
            conditions.append([NameRange(only: host == RegistryAuthority.dockerHubAPIHost ? hub : host), ports])
        }
        if let isHub = filter.isDockerRegistry {
            conditions.append(isHub ? [NameRange(only: hub)] : [NameRange(lower: "", upper: hub), NameRange(after: hub)])
        }
        if let authorities = filter.authorities { conditions.append(authorities.map { NameRange(only: $0.description) }) }
        let ranges = conditions.reduce([all]) { ranges, condition in ranges.flatMap { range in condition.map(range.intersection) } }
        return merged(ranges.filter { !$0.isEmpty })
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
        try db.change(
            """
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

    func rewriteCertificateAuthorities(_ rewrite: (String) -> String?) throws -> [RowName] {
        var changed: [RowName] = []
        for row in try db.rows("SELECT r.* FROM registries r WHERE r.certificate_authorities IS NOT NULL ORDER BY r.authority") {
            let (stored, authority): (String, String) = (try row.value("certificate_authorities"), try row.value("authority"))
            let text = rewrite(stored)
            guard text != stored else { continue }
            do {
                var registry: Registry = try verified(row)
                registry.trust.certificateAuthorities = text
                try configure(registry)
            } catch StoreError.unverified {
                try db.change(
                    "UPDATE registries SET certificate_authorities = \(text) WHERE authority = \(authority)")
            }
            changed.append(RowName(.registry, authority))
        }
        return changed
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
