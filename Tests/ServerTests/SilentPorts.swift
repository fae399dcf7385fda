import Glibc

/// Many ports whose connections are established by the kernel and never served: unresponsive registries.
final class SilentPorts: Sendable {
    let numbers: [UInt16]
    private let sockets: [Int32]

    init(_ count: Int) throws {
        var (numbers, sockets): ([UInt16], [Int32]) = ([], [])
        for _ in 0..<count {
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(socket)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isListening = withUnsafeMutableBytes(of: &address) { bytes in
                guard let pointer = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress else { return false }
                return bind(socket, pointer, size) == 0 && listen(socket, 16) == 0 && getsockname(socket, pointer, &size) == 0
            }
            guard socket >= 0, isListening else {
                for socket in sockets { close(socket) }
                throw Failure(number: errno)
            }
            numbers.append(UInt16(bigEndian: address.sin_port))
        }
        (self.numbers, self.sockets) = (numbers, sockets)
    }

    deinit {
        for socket in sockets { close(socket) }
    }

    struct Failure: Error {
        let number: Int32
    }
}
