import Glibc

/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address equals the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    package let bytes: [UInt8]

    /// - Parameter bytes: 4 or 16 bytes, big-endian.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let isMapped = bytes.count == 16 && bytes.prefix(12).elementsEqual([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF])
        self.bytes = Array(isMapped ? bytes.suffix(4) : bytes.suffix(16))
    }

    package init?(_ text: String) {
        // A C string ends at the first NUL, so anything after it would be ignored.
        guard !text.utf8.contains(0) else { return nil }
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(bytes: withUnsafeBytes(of: v4, Array.init))
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self.init(bytes: withUnsafeBytes(of: v6, Array.init))
        } else {
            return nil
        }
    }

    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// The bytes that identify one host. A host can use every address of an IPv6 /64.
    package var hostBytes: [UInt8] { bytes.count == 16 ? Array(bytes.prefix(8)) : bytes }

    /// Whether it is the address of a listener on all addresses of the machine.
    package var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text (https://www.rfc-editor.org/rfc/rfc5952).
    package var description: String {
        guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// A network in CIDR notation, such as `10.0.0.0/8`. A single address is a network of one.
package struct Network: Hashable, Sendable {
    private let address: IPAddress
    private let prefix: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = IPAddress(String(parts[0])) else { return nil }
        let bits = address.bytes.count * 8
        guard let prefix = parts.count == 2 ? Int(parts[1]) : bits, (0...bits).contains(prefix) else { return nil }
        self.address = address
        self.prefix = prefix
    }

    package func contains(_ other: IPAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        return (0..<prefix).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return other.bytes[bit / 8] & mask == address.bytes[bit / 8] & mask
        }
    }
}

extension Network: CustomStringConvertible {
    package var description: String { "\(address)/\(prefix)" }
}
