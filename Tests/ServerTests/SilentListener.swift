import NIOCore
import NIOPosix
import Synchronization

/// A port that accepts connections and sends nothing until it closes them: an unresponsive registry.
final class SilentListener: Sendable {
    let number: Int
    private let listener: any Channel
    private let connections: ConnectionList

    private init(_ listener: any Channel, _ connections: ConnectionList) {
        self.listener = listener
        self.connections = connections
        number = listener.localAddress?.port ?? 0
    }

    static func start() async throws -> SilentListener {
        let connections = ConnectionList()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                connections.add(channel)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return SilentListener(listener, connections)
    }

    /// Waits for a connection.
    func contacted() async throws {
        let end = ContinuousClock.now + .seconds(10)
        while connections.isEmpty, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
    }

    func hangUp() {
        listener.close(promise: nil)
        connections.closeAll()
    }
}

private final class ConnectionList: Sendable {
    private let channels = Mutex<[any Channel]>([])

    var isEmpty: Bool { channels.withLock(\.isEmpty) }

    func add(_ channel: any Channel) {
        channels.withLock { $0.append(channel) }
    }

    func closeAll() {
        channels.withLock { $0.forEach { $0.close(promise: nil) } }
    }
}
