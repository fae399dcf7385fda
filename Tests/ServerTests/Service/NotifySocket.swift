import Foundation
import TestSupport
import Testing

/// The socket of a service manager.
final class NotifySocket: Sendable {
    /// The value of `NOTIFY_SOCKET`.
    let name: String
    private let descriptor: Int32

    init(_ name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes: [UInt8] = name.hasPrefix("@") ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8) + [0]
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let descriptor = self.descriptor
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(descriptor >= 0 && result == 0, "\(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }

    /// The lines of the next message; nil if none arrives.
    func next(within limit: Duration = .seconds(20)) async throws -> [String]? {
        let end = ContinuousClock.now + limit
        var bytes = [UInt8](repeating: 0, count: 4096)
        while ContinuousClock.now < end {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count >= 0 { return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").map(String.init) }
            try await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }
}
