package import CoreMetrics
package import NIOCore
import Naming

/// Bounds the server's use of registries; one for the whole server.
package final class RegistryLimits: Sendable {
    /// Requests to registries under way, with their responses.
    let connections: FairLimiter
    /// Bytes of manifests in memory.
    let manifests: FairLimiter
    let lookups: FairLimiter
    let verifications: FairLimiter
    let logins: LoginLimiter
    private let counters: [LimitReached.Kind: [LimitReached.Share: Counter]]

    private static let counterName = "lighterman_limits_reached_total"

    package static let help = [
        counterName: "Requests that were refused because a limit of this server was reached, by the limit and by whose share was used up."
    ]

    /// Bytes of manifests that requests may hold in memory at a time.
    package static let manifestBytes = 64 << 20
    static let verificationsPerRegistry = 8

    /// - Parameters:
    ///   - connections: how many connections to registries there may be.
    ///   - wait: how long a request waits where a limit is reached; a verification waits twice as long.
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

    /// How many connections one registry may have.
    var connectionsPerRegistry: Int { connections.limits.perRegistry }

    /// Memory for a manifest of so many bytes; nil for one that is too small to count.
    func holdManifest(_ bytes: Int, for requester: Requester) async throws -> FairLimiter.Permit? {
        guard Self.isCounted(manifestOf: bytes) else { return nil }
        return try await counted { try await manifests.acquire(bytes, for: requester) }
    }

    /// So many bytes for each of a thousand clients are within the limit.
    private static let smallManifest = 32 << 10

    static func isCounted(manifestOf bytes: Int) -> Bool { bytes > smallManifest }

    /// Does what may reach a limit, and counts where it does.
    func counted<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            if case .limited(let limit) = TransportError(error) { counters[limit.kind]?[limit.share]?.increment() }
            throw error
        }
    }
}
