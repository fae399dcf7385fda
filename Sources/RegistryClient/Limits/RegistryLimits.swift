package import CoreMetrics
import Domain
package import NIOCore
import Naming

/// The limits on the use of registries. One instance serves the whole server.
package final class RegistryLimits: Sendable {
    /// Requests to registries in progress, with their responses.
    let connections: FairLimiter
    /// Bytes of manifests in memory.
    let manifests: FairLimiter
    let lookups: FairLimiter
    let verifications: FairLimiter
    let logins: LoginLimiter
    private let counters: [LimitReached.Kind: [LimitReached.Share: Counter]]

    private static let counterName = "lighterman_limits_reached_total"

    package static let help = [
        counterName: "Requests that were refused because a limit of this server was reached, by limit and owner of the exhausted share."
    ]

    /// Bytes of manifests that requests may hold in memory at a time.
    package static let manifestBytes = 64 << 20
    static let verificationsPerRegistry = 8

    /// - Parameters:
    ///   - connections: the maximum number of connections to registries.
    ///   - wait: how long a request waits if a limit is reached; a verification waits twice as long.
    package init(
        connections: Int = 1024, manifestBytes: Int = RegistryLimits.manifestBytes, wait: TimeAmount = .seconds(15),
        logins: LoginLimiter = LoginLimiter(), metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) {
        let perRegistry = max(1, connections / 2)
        self.connections = FairLimiter(
            .connections,
            .init(
                total: connections, perAccount: max(1, connections / 4), perRegistry: perRegistry,
                perAccountAtRegistry: max(1, perRegistry / 4), wait: wait))
        manifests = FairLimiter(.manifests, .init(total: manifestBytes, perAccount: manifestBytes / 4, wait: wait))
        lookups = FairLimiter(.lookups, .init(total: 32, perAccount: 8, wait: wait))
        verifications = FairLimiter(
            .verifications,
            .init(
                total: 128, perAccount: 64, perRegistry: Self.verificationsPerRegistry,
                perAccountAtRegistry: Self.verificationsPerRegistry / 2, wait: wait + wait))
        self.logins = logins
        counters = Dictionary(
            uniqueKeysWithValues: LimitReached.Kind.allCases.map { kind in
                let shares = LimitReached.Share.allCases.map { share in
                    (
                        share,
                        Counter(
                            label: Self.counterName, dimensions: [("limit", kind.rawValue), ("share", share.rawValue)], factory: metrics)
                    )
                }
                return (kind, Dictionary(uniqueKeysWithValues: shares))
            })
    }

    /// The maximum number of connections to one registry.
    var connectionsPerRegistry: Int { connections.limits.perRegistry }

    /// Reserves memory for a manifest, in bytes; nil for a manifest too small to count.
    func holdManifest(_ bytes: Int, for requester: Requester) async throws -> FairLimiter.Permit? {
        guard Self.isCounted(manifestOf: bytes) else { return nil }
        return try await counted { try await manifests.acquire(bytes, for: requester) }
    }

    /// A manifest of this size for each of a thousand clients is within the limit.
    private static let smallManifest = 32 << 10

    static func isCounted(manifestOf bytes: Int) -> Bool { bytes > smallManifest }

    /// Performs work that may reach a limit, and counts it if it does.
    func counted<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            if case .limited(let limit) = TransportError(error) { counters[limit.kind]?[limit.share]?.increment() }
            throw error
        }
    }
}
