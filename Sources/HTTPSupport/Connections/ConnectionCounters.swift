import CoreMetrics

/// Counts connections that a limit closed or refused. The counters are made once: making one takes a lock.
package final class ConnectionCounters: Sendable {
    private let refused: [ConnectionTable.Reason: Counter]

    private static let refusedName = "lighterman_connections_refused_total"

    package static let help = [
        refusedName: "Connections of clients that were closed or refused because of a limit, by the limit."
    ]

    init(_ metrics: any MetricsFactory) {
        let refused = ConnectionTable.Reason.allCases.map { reason in
            (reason, Counter(label: Self.refusedName, dimensions: [("reason", reason.rawValue)], factory: metrics))
        }
        self.refused = Dictionary(uniqueKeysWithValues: refused)
    }

    func count(_ reason: ConnectionTable.Reason) { refused[reason]?.increment() }
}
