import Glibc
import Synchronization

/// Reports the state of the server to systemd (https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html). Without a service
/// manager, it does nothing.
final class ServiceManager: Sendable {
    /// The path of the service manager's socket, or its abstract name after `@`; nil if there is none.
    private let socketName: String?
    private let ready = Mutex<String?>(nil)

    enum State: Sendable {
        case ready
        /// Settings are read again. ``reloaded`` ends it.
        case reloading
        case reloaded
        case stopping

        fileprivate var lines: [String] {
            switch self {
            case .ready, .reloaded: ["READY=1"]
            case .reloading: ["RELOADING=1", "MONOTONIC_USEC=\(ServiceManager.monotonicMicroseconds())"]
            case .stopping: ["STOPPING=1"]
            }
        }
    }

    /// The status that was reported with ``State/ready``; nil before, and after ``State/stopping``.
    var readyStatus: String? { ready.withLock { $0 } }

    init(environment: [String: String]) {
        socketName = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
    }

    /// A server that is not ready yet, or stops, does not report that it loads settings again: the service manager would take it for ready.
    ///
    /// - Parameter status: a line for people, which `systemctl status` prints.
    /// - Returns: whether the message was sent, or there is no service manager.
    @discardableResult
    func report(_ state: State, status: String) -> Bool {
        let isReported = ready.withLock { ready in
            switch state {
            case .ready: ready = status
            case .stopping: ready = nil
            case .reloading, .reloaded: return ready != nil
            }
            return true
        }
        guard isReported, let socketName else { return true }
        let line = String(status.map { $0.isNewline ? " " : $0 })
        return Self.send((state.lines + ["STATUS=\(line)"]).joined(separator: "\n"), to: socketName)
    }

    private static func send(_ message: String, to name: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = name.hasPrefix("@")
        let bytes: [UInt8] = isAbstract ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        // A path ends with a zero; the length of the address ends an abstract name.
        guard bytes.count < capacity else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let offset = MemoryLayout<sockaddr_un>.size - capacity
        let length = socklen_t(offset + bytes.count + (isAbstract ? 0 : 1))
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let text = Array(message.utf8)
        let sent = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, text, text.count, 0, $0, length)
            }
        }
        return sent == text.count
    }

    private static func monotonicMicroseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}
