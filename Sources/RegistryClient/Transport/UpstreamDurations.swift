import CoreMetrics

/// Measures requests to registries, realms, hosts of redirects and the webhook, by class of the status. The timers are created once,
/// because creating one takes a lock.
package struct UpstreamDurations: Sendable {
    private let timers: [Result: Timer]

    private static let name = "lighterman_upstream_request_duration_seconds"

    package static let help = [
        name: "Time from the start of a request to a registry to the head of its response, without uploads, by class of the status."
    ]

    init(_ metrics: any MetricsFactory) {
        let timers = Result.allCases.map { result in
            (result, Timer(label: Self.name, dimensions: [("status", result.rawValue)], factory: metrics))
        }
        self.timers = Dictionary(uniqueKeysWithValues: timers)
    }

    /// - Parameter status: nil if there was no response.
    func record(_ duration: Duration, status: Int?) {
        timers[Result(status)]?.recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }

    private enum Result: String, CaseIterable {
        case success = "2xx"
        case redirection = "3xx"
        case clientError = "4xx"
        case serverError = "5xx"
        case none

        init(_ status: Int?) {
            switch status {
            case nil: self = .none
            case .some(..<300): self = .success
            case .some(..<400): self = .redirection
            case .some(..<500): self = .clientError
            default: self = .serverError
            }
        }
    }
}
