import CoreMetrics
import RegistryClient

/// The metrics of the gateway. The counters are created once, because creating one takes a lock.
package final class GatewayCounters: Sendable {
    private let pulledBytes: Counter
    private let pushedBytes: Counter
    private let failures: [UpstreamErrorReason: Counter]

    private static let bytesName = "lighterman_gateway_bytes_total"
    private static let failuresName = "lighterman_gateway_upstream_errors_total"

    package static let help = [
        bytesName: "Bytes of manifests, blobs and lists sent to clients, and of manifests and blobs received from them.",
        failuresName: "Requests of clients that a registry did not serve, by reason.",
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

    /// Counts an error, unless the request was cancelled because the client left or the server stops.
    func count(_ failure: UpstreamErrorReason?) {
        guard let failure, !Task.isCancelled else { return }
        failures[failure]?.increment()
    }
}

/// The reason why a registry did not serve a client. The set is fixed, because the values are labels of a counter.
enum UpstreamErrorReason: String, CaseIterable {
    /// No response in time, or too long a pause within one.
    case timeout
    /// No connection, no TLS, or no valid response.
    case unreachable
    /// The stored credential is refused, or lacks the right.
    case refused
    /// The connection is not allowed, and the request was not sent.
    case forbidden
    /// The registry limits the rate of requests.
    case throttled
    /// The registry reports a failure of its own.
    case failed
    /// The response ended early, or its length differs from the announced one.
    case broken
    /// The response has an unexpected status or digest.
    case invalid
}

extension UpstreamErrorReason {
    init?(_ error: UpstreamError) {
        switch error {
        case .unreachable, .untrusted, .unknownHost: self = .unreachable
        case .timedOut: self = .timeout
        case .loginRefused, .denied: self = .refused
        case .throttled: self = .throttled
        case .failed: self = .failed
        case .forbidden, .forbiddenRedirect: self = .forbidden
        case .abandoned, .limited: return nil
        }
    }

    /// nil for a status that is a response to the client's request itself.
    init?(status: Int) {
        switch status {
        case 401, 403: self = .refused
        case 429: self = .throttled
        case 500...: self = .failed
        default: return nil
        }
    }

    /// The reason for an error in the middle of a response; nil if the client left.
    init?(midway error: any Error) {
        switch error {
        case TransportError.timedOut: self = .timeout
        case TransportError.limited: return nil
        case is TransportError, ContentVerifier.Mismatch.length: self = .broken
        case ContentVerifier.Mismatch.digest: self = .invalid
        default: return nil
        }
    }
}
