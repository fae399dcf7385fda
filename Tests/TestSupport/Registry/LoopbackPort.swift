import Foundation

/// Ports of 127.0.0.1.
package enum LoopbackPort {
    /// A free port.
    package static func free() throws -> Int {
        try withSocket { socket in
            var address = loopback(port: 0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withGeneric(&address) { bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0 }
            guard bound else { throw ProgramFailed(reason: "no free port") }
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }

    /// Connects a socket to a port.
    /// - Returns: whether the port has a listener.
    package static func connect(_ socket: Int32, to port: Int) -> Bool {
        var address = loopback(port: UInt16(port))
        return withGeneric(&address) { Foundation.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
    }

    /// Whether a port has a listener.
    package static func isHeard(_ port: Int) throws -> Bool {
        try withSocket { connect($0, to: port) }
    }

    private static func withSocket<Value>(_ body: (Int32) throws -> Value) throws -> Value {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw ProgramFailed(reason: "no socket") }
        defer { close(socket) }
        return try body(socket)
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    private static func withGeneric<Value>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) throws -> Value
    ) rethrows -> Value {
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }
}
