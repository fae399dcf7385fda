import CoreMetrics
import Domain

/// The metrics of operations. The counters are created once, because creating one takes a lock.
package final class OperationCounters: Sendable {
    private let pulls: Counter
    private let pushes: Counter
    private let rechecks: [Verification.State: Counter]

    private static let sessionsName = "lighterman_gateway_sessions_total"
    private static let rechecksName = "lighterman_rechecks_total"

    package static let help = [
        sessionsName: "Pull and push sessions. A session covers the uses of a repository by one key from one address within five minutes.",
        rechecksName: "Credentials verified again in the background, by resulting state.",
    ]

    init(_ metrics: any MetricsFactory) {
        pulls = Counter(label: Self.sessionsName, dimensions: [("use", "pull")], factory: metrics)
        pushes = Counter(label: Self.sessionsName, dimensions: [("use", "push")], factory: metrics)
        let states = Verification.State.allCases.map { state in
            (state, Counter(label: Self.rechecksName, dimensions: [("state", state.rawValue.lowercased())], factory: metrics))
        }
        rechecks = Dictionary(uniqueKeysWithValues: states)
    }

    func began(_ use: ContentUse) {
        switch use {
        case .pull: pulls.increment()
        case .push: pushes.increment()
        case .delete: break
        }
    }

    func verifiedAgain(_ state: Verification.State) { rechecks[state]?.increment() }
}
