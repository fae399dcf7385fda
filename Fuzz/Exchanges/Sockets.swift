import Glibc

/// The system calls of ``HostileRegistry``. Descriptors are `CInt`.
enum Sockets {
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ call: String) {
            description = "\(call): \(String(cString: strerror(errno)))"
        }
    }

    /// A listener on a free port of 127.0.0.1.
    static func listen() throws(Failure) -> (descriptor: CInt, port: Int) {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) == 0 && Glibc.listen(descriptor, 64) == 0 && getsockname(descriptor, pointer, &size) == 0
            }
        }
        guard isBound else { throw Failure("listen") }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// nil if the client has already closed the connection.
    static func accept(on listener: CInt) -> CInt? {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        var isOn: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<CInt>.size))
        return descriptor
    }

    static func pipe() throws(Failure) -> (reading: CInt, writing: CInt) {
        var ends: (CInt, CInt) = (0, 0)
        let result = withUnsafeMutableBytes(of: &ends) { bytes in
            bytes.withMemoryRebound(to: CInt.self) { $0.baseAddress.map { Glibc.pipe($0) } ?? -1 }
        }
        guard result == 0 else { throw Failure("pipe") }
        return ends
    }

    /// Waits until a descriptor is readable, or `writing` is writable.
    ///
    /// - Parameter milliseconds: -1 for no limit.
    /// - Returns: the descriptors that are ready; none after `milliseconds`.
    static func wait(for descriptors: [CInt], writing: CInt? = nil, milliseconds: Int) -> Set<CInt> {
        var polled = descriptors.map { pollfd(fd: $0, events: CShort(POLLIN), revents: 0) }
        if let writing { polled.append(pollfd(fd: writing, events: CShort(POLLOUT), revents: 0)) }
        guard poll(&polled, nfds_t(polled.count), CInt(milliseconds)) > 0 else { return [] }
        return Set(polled.filter { $0.revents != 0 }.map(\.fd))
    }

    /// The number of bytes that were sent; nil if the connection is closed.
    static func send(_ bytes: ArraySlice<UInt8>, on descriptor: CInt) -> Int? {
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        return count >= 0 ? count : errno == EAGAIN ? 0 : nil
    }

    /// The received bytes; nil if the connection is closed.
    static func receive(on descriptor: CInt, into buffer: inout [UInt8]) -> ArraySlice<UInt8>? {
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT)) }
        if count > 0 { return buffer[..<count] }
        return count < 0 && errno == EAGAIN ? [] : nil
    }

    static func finish(_ descriptor: CInt) {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Closes a connection with a TCP reset.
    static func reset(_ descriptor: CInt) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    }
}
