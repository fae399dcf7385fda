import Domain
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func registry(_ authority: RegistryAuthority) throws -> Registry? {
        try db.row("SELECT r.* FROM registries r WHERE r.authority = \(authority.description)").map { try verified($0) }
    }

    func registries(in namespace: NamespaceName, where filter: RegistryFilter, page: Page) throws -> Listing<Registry> {
        // SQLite binds a text up to its first NUL, and that prefix would match too much.
        guard ![filter.name, filter.host].contains(where: { $0?.utf8.contains(0) == true }) else { return .empty }
        let search = RegistrySearch(namespace: namespace, filter: filter)
        let found = try rows(search, page)
        let (items, omitted) = try verifiedItems(found.prefix(page.limit)) as (items: [Registry], omitted: Int)
        return Listing(
            items: items, count: try count(search), isExact: false, hasMore: found.count > page.limit, omitted: omitted,
            cursor: cursor(of: found.prefix(page.limit)) { try $0.authority() })
    }

    /// The rows of a page, and the next row if there is one. An offset is resolved to an authority in the index before any row is read.
    private func rows(_ search: RegistrySearch, _ page: Page) throws -> [Row] {
        var rows: [Row] = []
        var offset = search.filter.after == nil ? page.offset : 0
        for var range in search.rangesOfPage where rows.count <= page.limit {
            if offset > 0 {
                let found = search.counters(in: range)
                guard let first = try db.text("SELECT c.authority \(found) ORDER BY c.authority LIMIT 1 OFFSET \(offset)") else {
                    offset -= try db.number("SELECT count(*) \(found)") ?? 0
                    continue
                }
                (range.lower, offset) = (first, 0)
            }
            rows += try db.rows(
                """
                SELECT r.* \(search.counters(in: range, with: " CROSS JOIN registries r ON r.authority = c.authority"))
                ORDER BY c.authority LIMIT \(page.limit + 1 - rows.count)
                """)
        }
        return rows
    }

    private func count(_ search: RegistrySearch) throws -> Int {
        try search.ranges.reduce(0) { count, range in
            let limit = Listing<Registry>.countLimit + 1 - count
            guard limit > 0 else { return count }
            return try count + (db.number("SELECT count(*) FROM (SELECT 1 \(search.counters(in: range)) LIMIT \(limit))") ?? 0)
        }
    }
}

/// Translates a filter of registries into ranges of the index of a namespace's registries.
private struct RegistrySearch {
    let namespace: NamespaceName
    let filter: RegistryFilter
    let ranges: [NameRange]

    init(namespace: NamespaceName, filter: RegistryFilter) {
        self.namespace = namespace
        self.filter = filter
        ranges = NameRange.ranges(of: filter)
    }

    /// The ranges after the registry at which the page starts.
    var rangesOfPage: [NameRange] {
        guard let after = filter.after else { return ranges }
        return ranges.map { $0.intersection(NameRange(after: after.description)) }.filter { !$0.isEmpty }
    }

    /// The table and the conditions of a query for the registries in a range.
    func counters(in range: NameRange, with join: SQL = "") -> SQL {
        let lower: SQL = range.lower.isEmpty ? "" : " AND c.authority >= \(range.lower)"
        let upper: SQL = range.upper.map { " AND c.authority < \($0)" } ?? ""
        return "FROM repository_counts c\(join) WHERE c.namespace = \(namespace.description)\(lower)\(upper) AND c.count > 0"
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
