import Domain
import FoundationEssentials
import NIOCore
import Operations
import RegistryClient
import Sealing
import Storage
import StorageSQLite

/// The checks of `lighterman doctor`. Each has a line of its result.
struct Checkup {
    let server: Server
    var now = Date()

    /// Checks the database and everything that is in it.
    func data(_ store: SQLiteStore, of deployment: OpenedDeployment, _ journal: RevocationFile, connects: Bool) async throws -> [Finding] {
        var findings = [try await clock(store), try await database(store), try await keys(store)]
        findings += try await rows(ExamineRows(store: store, deployment: deployment, journal: journal))
        if connects { findings += try await registries(store) }
        return findings
    }

    /// A clock that is behind makes keys valid for longer.
    private func clock(_ store: SQLiteStore) async throws -> Finding {
        let newest = try await store.read { try $0.newestActionEnd() }
        return Self.clock(now, newestAction: newest)
    }

    static func clock(_ now: Date, newestAction: Date?) -> Finding {
        let behind = newestAction?.timeIntervalSince(now) ?? 0
        guard behind > 60 else { return .good(.clock, "it is \(LogTime.text(of: now)), after the last recorded action") }
        return .bad(
            .clock, "it is \(LogTime.text(of: now)), \(Int(behind)) seconds before the last recorded action: set the clock of this machine")
    }

    private func database(_ store: SQLiteStore) async throws -> Finding {
        let result = try await store.integrityCheck()
        guard result == "ok" else { return .bad(.database, "it is damaged, restore a backup: \(result)") }
        return .good(.database, "it is intact")
    }

    /// The ring has every key that the data needs: otherwise the deployment could not be opened.
    private func keys(_ store: SQLiteStore) async throws -> Finding {
        let needed = try await store.read { try $0.sealingKeyIDs() }
        let ring = try server.settings.keys.load(logger: server.logger)
        let spare = ring?.ids.map(\.description).filter { !needed.contains($0) } ?? []
        let names = needed.sorted().joined(separator: ", ")
        guard let newest = ring?.newest.id.description, needed == [newest] else {
            return .bad(.keys, "secrets are sealed with \(names), and not all with the newest key: run 'lighterman rotate' again")
        }
        let others = spare.isEmpty ? "" : "; only older backups need \(spare.joined(separator: ", "))"
        return .good(.keys, "all secrets are sealed with the key \(names)\(others)")
    }

    func rows(_ examination: ExamineRows) async throws -> [Finding] {
        let rows = try await examination.unverified()
        guard !rows.isEmpty else { return [.good(.rows, "all rows verify")] }
        return rows.map { .bad(.rows, "\($0.name) \($0.content ?? "(unreadable)")") }
    }

    /// Requests `/v2/` of each registry once, without a credential.
    private func registries(_ store: SQLiteStore) async throws -> [Finding] {
        // Runs as a write, because reads have a deadline. Rows that do not verify are reported by another check.
        let (registries, count) = try await store.write { reader -> ([Registry], Int) in
            let authorities = try reader.registryAuthorities()
            return (authorities.prefix(Self.registryLimit).compactMap { try? reader.registry($0) }, authorities.count)
        }
        let transport = AsyncHTTPClientTransport(
            policy: AddressPolicy(allowing: server.settings.allowances), own: OwnAddresses(publicURL: server.settings.publicURL),
            limits: RegistryLimits(connections: Self.simultaneous), proxy: server.settings.egressProxy)
        let client = UpstreamClient(transport: transport, deadline: .now() + .seconds(120))
        var findings: [Finding] = []
        for start in stride(from: 0, to: registries.count, by: Self.simultaneous) {
            let part = registries[start..<min(start + Self.simultaneous, registries.count)]
            findings += await withTaskGroup(of: (Int, Finding).self) { group in
                for (index, registry) in part.enumerated() {
                    group.addTask { (index, Self.finding(registry, await client.reach(registry))) }
                }
                return await group.reduce(into: [(Int, Finding)]()) { $0.append($1) }.sorted { $0.0 < $1.0 }.map { $0.1 }
            }
        }
        try await transport.shutdown()
        if count > Self.registryLimit { findings.append(.good(.registries, "\(count - Self.registryLimit) more were not tried")) }
        return findings.isEmpty ? [.good(.registries, "no repository is registered")] : findings
    }

    private static func finding(_ registry: Registry, _ failure: ErrorText?) -> Finding {
        guard let failure else { return .good(.registries, "\(registry.authority) responds") }
        return .bad(.registries, failure.sentences())
    }

    private static let simultaneous = 16
    private static let registryLimit = 200
}
