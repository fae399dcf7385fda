import Foundation
import Synchronization
import TestSupport

/// Clients that send a request and disconnect during the response; every other one resets its connection. Each blocks a thread of its
/// own, and their number at a time is limited.
final class LeavingClients: Sendable {
    private struct State {
        var coming: Int
        var present: Int
        var fed = 0
    }

    private let port: Int
    private let request: [UInt8]
    private let share: Int
    private let state: Mutex<State>

    private init(_ port: Int, _ request: [UInt8], _ share: Int, _ count: Int, _ places: Int) {
        (self.port, self.request, self.share) = (port, request, share)
        state = Mutex(State(coming: count, present: places))
    }

    /// - Parameters:
    ///   - share: the number of bytes of the response that each client reads before it disconnects.
    ///   - count: the total number of clients, unless the server stops earlier.
    static func come(
        to port: Int, asking request: [UInt8], taking share: Int, inAll count: Int = .max, atOnce places: Int = 20
    ) -> LeavingClients {
        let clients = LeavingClients(port, request, share, count, places)
        for _ in 0..<places { Thread.detachNewThread { clients.takeTurns() } }
        return clients
    }

    /// The number of clients that had read their share when they disconnected.
    var fed: Int { state.withLock { $0.fed } }

    /// Waits until this many clients have read their share.
    func fed(_ count: Int) async throws {
        try await wait(.seconds(60)) { self.fed >= count }
    }

    /// Starts no further client, and waits until the last one has disconnected.
    func turnAway() async throws {
        state.withLock { $0.coming = 0 }
        try await gone()
    }

    /// Waits until all clients have finished.
    func gone() async throws {
        try await wait(.seconds(240)) { self.state.withLock { $0.present == 0 } }
    }

    private func wait(_ patience: Duration, until condition: () -> Bool) async throws {
        let end = ContinuousClock.now + patience
        while !condition() {
            guard ContinuousClock.now < end else { throw ProgramFailed(reason: "the clients are slow: \(fed) had their share") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func takeTurns() {
        while let number = next(), let isFed = visit(isReset: number.isMultiple(of: 2)) {
            if isFed { state.withLock { $0.fed += 1 } }
        }
        state.withLock { $0.present -= 1 }
    }

    private func next() -> Int? {
        state.withLock { state in
            guard state.coming > 0 else { return nil }
            state.coming -= 1
            return state.coming
        }
    }

    /// - Returns: whether the client read its share; nil if the server does not listen.
    private func visit(isReset: Bool) -> Bool? {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        // A small receive buffer, so that most of the response is still unread at the disconnect.
        var room: Int32 = 16 << 10
        setsockopt(connection, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        guard LoopbackPort.connect(connection, to: port) else { return nil }
        let sent = request.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        let isFed = sent == request.count && takeShare(connection)
        if isReset {
            var nothing = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &nothing, socklen_t(MemoryLayout<linger>.size))
        } else {
            // Closing a connection with unread input resets it. This way, the FIN comes first.
            shutdown(connection, Int32(SHUT_WR))
        }
        return isFed
    }

    private func takeShare(_ connection: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        var taken = 0
        while taken < share {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            if taken == 0, !buffer.starts(with: "HTTP/1.1 200 ".utf8) { return false }
            taken += count
        }
        return true
    }
}
