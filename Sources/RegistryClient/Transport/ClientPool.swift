import AsyncHTTPClient
import NIOCore
import NIOPosix
import Synchronization

/// The HTTP clients, one for each destination: AsyncHTTPClient's settings for addresses and trust apply to a whole client. An idle client
/// is closed after a while; if there are too many, the least recently used one is closed.
final class ClientPool: Sendable {
    private struct Entry {
        let client: HTTPClient
        var users = 0
        /// Whether there was a response on one of its connections.
        var hasResponded = false
        var lastUse = NIODeadline.now()

        init(_ client: HTTPClient) {
            self.client = client
        }
    }

    private struct State {
        var entries: [Destination: Entry] = [:]
        var isShutDown = false
        var isSweepPlanned = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let idleTime: TimeAmount

    private let connections: UpstreamConnections

    init(limit: Int, idleTime: TimeAmount, connections: UpstreamConnections) {
        self.limit = limit
        self.idleTime = idleTime
        self.connections = connections
    }

    var count: Int { state.withLock { $0.entries.count } }

    func hasResponse(of destination: Destination) -> Bool {
        state.withLock { $0.entries[destination]?.hasResponded ?? false }
    }

    /// A client that stays open while the lease is held.
    func lease(_ destination: Destination) throws(TransportError) -> ClientLease {
        ClientLease(client: try take(destination), destination: destination, pool: self)
    }

    /// Closes all clients; requests in progress fail.
    func shutdown() async throws {
        let clients = state.withLock { state in
            state.isShutDown = true
            defer { state.entries = [:] }
            return state.entries.values.map(\.client)
        }
        try await withThrowingTaskGroup { group in
            for client in clients { group.addTask { try await client.shutdown() } }
            try await group.waitForAll()
        }
    }

    private func take(_ destination: Destination) throws(TransportError) -> HTTPClient {
        let configuration = try destination.configuration(connections)
        return try state.withLock { state throws(TransportError) in
            guard !state.isShutDown else { throw .connection("the server is stopping") }
            var entry =
                state.entries[destination]
                ?? Entry(HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration))
            entry.users += 1
            state.entries[destination] = entry
            return entry.client
        }
    }

    fileprivate func release(_ destination: Destination, hasResponded: Bool) {
        let now = NIODeadline.now()
        let (surplus, isSweepPlanned) = state.withLock { state in
            state.entries[destination]?.users -= 1
            state.entries[destination]?.lastUse = now
            state.entries[destination]?.hasResponded = hasResponded
            defer { state.isSweepPlanned = true }
            return (Self.removeSurplus(from: &state, limit), state.isSweepPlanned)
        }
        Self.close(surplus)
        if !isSweepPlanned { planSweep(at: now + idleTime) }
    }

    private func planSweep(at time: NIODeadline) {
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(deadline: time) { [weak self] in self?.sweep() }
    }

    /// Closes clients that were idle for long enough, and schedules the next sweep.
    private func sweep() {
        let now = NIODeadline.now()
        let (idle, next) = state.withLock { state in
            let ends = state.entries.mapValues { ($0.users == 0 ? $0.lastUse : now) + idleTime }
            let idle = ends.filter { $0.value <= now }.keys.compactMap { state.entries.removeValue(forKey: $0)?.client }
            let next = state.entries.keys.compactMap { ends[$0] }.min()
            state.isSweepPlanned = next != nil
            return (idle, next)
        }
        Self.close(idle)
        if let next { planSweep(at: next) }
    }

    private static func removeSurplus(from state: inout State, _ limit: Int) -> [HTTPClient] {
        let unused = state.entries.filter { $0.value.users == 0 }.sorted { $0.value.lastUse < $1.value.lastUse }
        let surplus = unused.prefix(max(0, state.entries.count - limit))
        for (key, _) in surplus { state.entries[key] = nil }
        return surplus.map(\.value.client)
    }

    private static func close(_ clients: [HTTPClient]) {
        for client in clients { client.shutdown { _ in } }
    }
}

/// A client in use. It returns to the pool with the last reference to the lease.
final class ClientLease: Sendable {
    let client: HTTPClient
    private let destination: Destination
    private let pool: ClientPool
    private let hasResponded = Mutex(false)

    fileprivate init(client: HTTPClient, destination: Destination, pool: ClientPool) {
        self.client = client
        self.destination = destination
        self.pool = pool
    }

    deinit { pool.release(destination, hasResponded: hasResponded.withLock { $0 }) }

    func noteResponse() { hasResponded.withLock { $0 = true } }
}
