import Foundation
import Synchronization
import TestSupport

/// Clients that ask for something and leave in the middle of the answer; every other one resets its connection. Each blocks a thread of
/// its own, and no more than so many are there at once.
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
    ///   - share: how many bytes of the answer each takes before it leaves.
    ///   - count: how many come in all, where the server does not go away.
    static func come(
        to port: Int, asking request: [UInt8], taking share: Int, inAll count: Int = .max, atOnce places: Int = 20
    ) -> LeavingClients {
        let clients = LeavingClients(port, request, share, count, places)
        for _ in 0..<places { Thread.detachNewThread { clients.takeTurns() } }
        return clients
    }

    /// How many had their share when they left.
    var fed: Int { state.withLock { $0.fed } }

    /// Waits until so many had their share.
    func fed(_ count: Int) async throws {
        try await wait(.seconds(60)) { self.fed >= count }
    }

    /// Lets no further one come, and waits until the last has left.
    func turnAway() async throws {
        state.withLock { $0.coming = 0 }
        try await gone()
    }

    /// Waits until all have come and left.
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

    /// - Returns: whether it had its share; nil where nobody listens.
    private func visit(isReset: Bool) -> Bool? {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        // What arrives unasked would be most of what they are to leave behind.
        var room: Int32 = 16 << 10
        setsockopt(connection, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        guard LoopbackPort.connect(connection, to: port) else { return nil }
        let sent = request.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        let isFed = sent == request.count && takeShare(connection)
        if isReset {
            var nothing = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &nothing, socklen_t(MemoryLayout<linger>.size))
        } else {
            // What is closed while something is unread is reset: this way, the end comes first.
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
