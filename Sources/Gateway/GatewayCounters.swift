import CoreMetrics

/// What is counted of the gateway. The counters are made once: making one takes a lock.
package final class GatewayCounters: Sendable {
    private let pulledBytes: Counter
    private let pushedBytes: Counter
    private let failures: [UpstreamErrorReason: Counter]

    private static let bytesName = "lighterman_gateway_bytes_total"
    private static let failuresName = "lighterman_gateway_upstream_errors_total"

    package static let help = [
        bytesName: "Bytes of manifests, blobs and lists that went to clients, and of manifests and blobs that came from them.",
        failuresName: "Requests of clients that a registry did not serve, by the reason.",
    ]

    init(_ metrics: any MetricsFactory) {
        pulledBytes = Counter(label: Self.bytesName, dimensions: [("direction", "pull")], factory: metrics)
        pushedBytes = Counter(label: Self.bytesName, dimensions: [("direction", "push")], factory: metrics)
        let failures = UpstreamErrorReason.allCases.map { failure in
            (failure, Counter(label: Self.failuresName, dimensions: [("reason", failure.rawValue)], factory: metrics))
        }
        self.failures = Dictionary(uniqueKeysWithValues: failures)
    }

    func pulled(_ bytes: Int) { pulledBytes.increment(by: bytes) }
    func pushed(_ bytes: Int) { pushedBytes.increment(by: bytes) }

    /// What is cancelled fails for want of a client, or of a server.
    func count(_ failure: UpstreamErrorReason?) {
        guard let failure, !Task.isCancelled else { return }
        failures[failure]?.increment()
    }
}
