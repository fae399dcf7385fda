import AsyncHTTPClient
import NIOCore
import NIOPosix
import Synchronization

/// The open connections to registries. The HTTP client keeps idle ones open; if there are too many, those that have been idle longest are
/// closed.
final class UpstreamConnections: Sendable {
    private struct Connection {
        let channel: any Channel
        /// nil while it serves a request.
        var idleSince: NIODeadline?
    }

    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func opened(_ channel: any Channel) {
        let surplus = connections.withLock { connections -> [any Channel] in
            connections[ObjectIdentifier(channel)] = Connection(channel: channel)
            guard connections.count > limit else { return [] }
            let idle = connections.values.compactMap { connection in connection.idleSince.map { (connection.channel, $0) } }
            return idle.sorted { $0.1 < $1.1 }.prefix(connections.count - limit).map(\.0)
        }
        for channel in surplus {
            // It may have received a request meanwhile, on its own event loop.
            channel.eventLoop.execute { if self.isIdle(channel) { channel.close(promise: nil) } }
        }
    }

    private func isIdle(_ channel: any Channel) -> Bool {
        connections.withLock { $0[ObjectIdentifier(channel)]?.idleSince != nil }
    }

    func becomes(idle isIdle: Bool, _ channel: any Channel) {
        connections.withLock { $0[ObjectIdentifier(channel)]?.idleSince = isIdle ? .now() : nil }
    }

    func closed(_ channel: any Channel) {
        connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }
}
