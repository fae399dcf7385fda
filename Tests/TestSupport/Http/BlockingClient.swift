import Dispatch
import Glibc

/// A simple blocking client: it sends all its data, and then reads until the server closes the connection.
package struct BlockingClient: Sendable {
    package struct Outcome: Sendable {
        package let sent: Int
        /// Everything that the server sent.
        package let received: String
        /// Whether the server closed the connection, with or without a reset.
        package let isClosed: Bool
        /// Whether it was reset, because data of the client was still unread.
        package let isReset: Bool

        /// The number of responses.
        package var answers: Int { received.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false).count - 1 }

        /// The status of the first response; 0 if there is none.
        package var status: Int { received.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }
    }

    package let port: Int
    /// The time limit for the server to accept or send data, in seconds.
    package var patience = 60
    /// The size of the receive buffer, in bytes; nil for the system's default.
    package var receiveBuffer: Int32?

    package init(port: Int) {
        self.port = port
    }

    /// - Parameter times: how many times `repeated` is sent after the other bytes.
    package func send(_ bytes: [UInt8], then repeated: [UInt8] = [], times: Int = 0) async -> Outcome {
        // Not in a task: a blocked task would occupy a thread of the server.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: run(bytes, repeated, times)) }
        }
    }

    private func run(_ bytes: [UInt8], _ repeated: [UInt8], _ times: Int) -> Outcome {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        if var size = receiveBuffer { setsockopt(connection, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size)) }
        guard LoopbackPort.connect(connection, to: port) else { return Outcome(sent: 0, received: "", isClosed: false, isReset: false) }
        var sent = 0
        for piece in [bytes] + Array(repeating: repeated, count: times) {
            guard write(piece, to: connection, &sent) else { break }
        }
        return read(from: connection, sent)
    }

    private func write(_ bytes: [UInt8], to connection: Int32, _ sent: inout Int) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func read(from connection: Int32, _ sent: Int) -> Outcome {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count <= 0 else {
                received += buffer.prefix(count)
                continue
            }
            let isReset = count < 0 && errno == ECONNRESET
            let text = String(decoding: received, as: UTF8.self)
            return Outcome(sent: sent, received: text, isClosed: count == 0 || isReset, isReset: isReset)
        }
    }
}
