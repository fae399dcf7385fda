package import CoreMetrics
package import Domain
import NIOCore
import Synchronization

/// Keeps the connections of one listener within their ``ConnectionCapacity``. ``ConnectionTable`` decides; this class closes what it
/// evicts.
package final class ConnectionLimiter: Sendable {
    package let capacity: ConnectionCapacity
    private let trustedProxies: [Network]
    private let counters: ConnectionCounters
    private let state: Mutex<State>

    fileprivate struct State: Sendable {
        var table: ConnectionTable
        var channels: [ConnectionTable.ID: any Channel] = [:]
        var ids: [ObjectIdentifier: ConnectionTable.ID] = [:]
    }

    /// - Parameter trustedProxies: their connections count against no address, because they carry requests of many clients.
    package init(
        _ capacity: ConnectionCapacity, trustedProxies: [Network] = [], metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) {
        self.capacity = capacity
        self.trustedProxies = trustedProxies
        counters = ConnectionCounters(metrics)
        state = Mutex(State(table: ConnectionTable(capacity)))
    }

    package var load: ConnectionTable.Load { state.withLock { $0.table.load } }

    /// - Returns: nil if the connection must be closed at once.
    func open(_ channel: any Channel) -> ConnectionTable.ID? {
        let address = address(of: channel)
        let (admission, evicted) = state.withLock { state -> (ConnectionTable.Admission, Evicted?) in
            let (admission, eviction) = state.table.open(from: address, at: .now())
            let evicted = state.evicted(eviction)
            if case .admitted(let id) = admission {
                state.channels[id] = channel
                state.ids[ObjectIdentifier(channel)] = id
            }
            return (admission, evicted)
        }
        close(evicted)
        switch admission {
        case .admitted(let id): return id
        case .refused(let reason):
            counters.count(reason)
            return nil
        }
    }

    func requestStarted(_ id: ConnectionTable.ID) -> ConnectionTable.Service {
        let (service, evicted) = state.withLock { state -> (ConnectionTable.Service, Evicted?) in
            let (service, eviction) = state.table.requestStarted(id, at: .now())
            return (service, state.evicted(eviction))
        }
        close(evicted)
        return service
    }

    func requestFinished(_ id: ConnectionTable.ID) {
        state.withLock { $0.table.requestFinished(id, at: .now()) }
    }

    /// Records that a request on the connection was authenticated.
    func authenticate(_ channel: any Channel) {
        state.withLock { state in
            guard let id = state.ids[ObjectIdentifier(channel)] else { return }
            state.table.authenticate(id)
        }
    }

    func close(_ id: ConnectionTable.ID, _ channel: any Channel) {
        state.withLock { state in
            state.table.close(id)
            state.channels[id] = nil
            state.ids[ObjectIdentifier(channel)] = nil
        }
    }

    func countRefusal(_ reason: ConnectionTable.Reason) { counters.count(reason) }

    private func address(of channel: any Channel) -> String? {
        let peer = channel.remoteAddress?.ipAddress ?? "unknown"
        if let address = IPAddress(peer), trustedProxies.contains(where: { $0.contains(address) }) { return nil }
        return ClientAddress(peer).throttlingKey
    }

    private func close(_ evicted: Evicted?) {
        guard let evicted else { return }
        if let reason = evicted.reason { counters.count(reason) }
        evicted.channel.triggerUserOutboundEvent(ConnectionEviction(), promise: nil)
    }
}

/// Tells the handlers of a connection to close it.
struct ConnectionEviction: Sendable {}

private struct Evicted: Sendable {
    let channel: any Channel
    let reason: ConnectionTable.Reason?
}

extension ConnectionLimiter.State {
    fileprivate func evicted(_ eviction: ConnectionTable.Eviction?) -> Evicted? {
        guard let eviction, let channel = channels[eviction.connection] else { return nil }
        return Evicted(channel: channel, reason: eviction.reason)
    }
}

/// Counts the connections that were closed or refused because of a limit. The counters are created once, because creation takes a lock.
package final class ConnectionCounters: Sendable {
    private let refused: [ConnectionTable.Reason: Counter]

    private static let refusedName = "lighterman_connections_refused_total"

    package static let help = [
        refusedName: "Client connections that were closed or refused because of a limit, by limit."
    ]

    init(_ metrics: any MetricsFactory) {
        let refused = ConnectionTable.Reason.allCases.map { reason in
            (reason, Counter(label: Self.refusedName, dimensions: [("reason", reason.rawValue)], factory: metrics))
        }
        self.refused = Dictionary(uniqueKeysWithValues: refused)
    }

    func count(_ reason: ConnectionTable.Reason) { refused[reason]?.increment() }
}
