package import CoreMetrics
package import Domain
import NIOCore
import Synchronization

/// Keeps the connections of one listener within their ``ConnectionCapacity``: asks the ``ConnectionTable``, and closes what it evicts.
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

    /// - Parameter trustedProxies: their connections count against no address, since they carry requests of many clients.
    package init(
        _ capacity: ConnectionCapacity, trustedProxies: [Network] = [], metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) {
        self.capacity = capacity
        self.trustedProxies = trustedProxies
        counters = ConnectionCounters(metrics)
        state = Mutex(State(table: ConnectionTable(capacity)))
    }

    package var load: ConnectionTable.Load { state.withLock { $0.table.load } }

    /// - Returns: nil where the connection is to be closed at once.
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

    func requestBegins(_ id: ConnectionTable.ID) -> ConnectionTable.Service {
        let (service, evicted) = state.withLock { state -> (ConnectionTable.Service, Evicted?) in
            let (service, eviction) = state.table.requestBegins(id, at: .now())
            return (service, state.evicted(eviction))
        }
        close(evicted)
        return service
    }

    func requestEnds(_ id: ConnectionTable.ID) {
        state.withLock { $0.table.requestEnds(id, at: .now()) }
    }

    /// A request on the connection was authenticated.
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

/// Tells a connection's handlers to close it.
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
