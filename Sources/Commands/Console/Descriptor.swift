import Glibc

/// An open file descriptor, without buffering.
struct Descriptor {
    let number: Int32

    struct Failure: Error, CustomStringConvertible {
        let errno: Int32
        var description: String { String(cString: strerror(errno)) }
    }

    init(_ number: Int32) {
        self.number = number
    }

    /// The controlling terminal of the process, even if input and output are redirected.
    static func terminal() -> Descriptor? {
        let number = open("/dev/tty", O_RDWR | O_CLOEXEC)
        return number < 0 ? nil : Descriptor(number)
    }

    var isStandard: Bool { number <= STDERR_FILENO }

    func closeUnlessStandard() {
        if !isStandard { close(number) }
    }

    /// The next bytes; empty at the end.
    func read(upTo count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            let length = bytes.withUnsafeMutableBytes { systemRead(number, $0.baseAddress, count) }
            if length >= 0 { return Array(bytes.prefix(length)) }
            guard errno == EINTR else { throw Failure(errno: errno) }
        }
    }

    func write(_ text: String) throws(Failure) {
        try write(Array(text.utf8))
    }

    func write(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = rest.withUnsafeBytes { systemWrite(number, $0.baseAddress, $0.count) }
            if length >= 0 {
                rest = rest.dropFirst(length)
            } else if errno != EINTR {
                throw Failure(errno: errno)
            }
        }
    }
}

private func systemRead(_ number: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(number, buffer, count)
}

private func systemWrite(_ number: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    write(number, buffer, count)
}
