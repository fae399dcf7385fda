package import CoreMetrics

/// The interface that serves a request. The set is fixed, because the values are labels of a metric.
package enum ServedInterface: String, Sendable, CaseIterable {
    case api, gateway, health, other
}

/// Measures requests by interface and class of the status. The timers are created once, because creating one takes a lock.
package final class RequestDurations: Sendable {
    private let timers: [ServedInterface: [StatusClass: Timer]]

    private static let name = "lighterman_http_request_duration_seconds"

    package static let help = [
        name: "Time from the head of a request to the head of its response, by interface and class of the status."
    ]

    package init(_ metrics: any MetricsFactory) {
        let timers = ServedInterface.allCases.map { interface in
            let timers = StatusClass.allCases.map { status in
                let dimensions = [("interface", interface.rawValue), ("status", status.rawValue)]
                return (status, Timer(label: Self.name, dimensions: dimensions, factory: metrics))
            }
            return (interface, Dictionary(uniqueKeysWithValues: timers))
        }
        self.timers = Dictionary(uniqueKeysWithValues: timers)
    }

    func record(_ duration: Duration, of interface: ServedInterface, status: Int) {
        timers[interface]?[StatusClass(status)]?.recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }
}

private enum StatusClass: String, CaseIterable {
    case success = "2xx"
    case redirection = "3xx"
    case clientError = "4xx"
    case serverError = "5xx"

    init(_ status: Int) {
        switch status {
        case ..<300: self = .success
        case ..<400: self = .redirection
        case ..<500: self = .clientError
        default: self = .serverError
        }
    }
}
