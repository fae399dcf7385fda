package import Domain

/// The kinds of addresses, from the least to the most dangerous.
package enum AddressKind: Hashable, Sendable, Comparable {
    case publicly
    /// On this machine or in a private network, which needs an administrator's approval.
    case privately
    /// An address that is never connected to; the text describes it and follows the word "is".
    case never(String)
}

extension AddressKind {
    /// The most dangerous kind among the addresses that a packet to this address may reach.
    init(_ address: IPAddress) {
        self = EmbeddedAddress.all(in: address).map(Self.plain).max() ?? .never("reserved")
    }

    /// The registries of special addresses: https://www.iana.org/assignments/iana-ipv4-special-registry and
    /// https://www.iana.org/assignments/iana-ipv6-special-registry
    private static func plain(_ address: IPAddress) -> AddressKind {
        if let row = forbidden.first(where: { $0.contains(address) }) { return .never(row.what) }
        if privateNetworks.contains(where: { $0.contains(address) }) { return .privately }
        // All IPv6 addresses that are routed today are in 2000::/3.
        return address.bytes.count == 4 || address.bytes[0] >> 5 == 1 ? .publicly : .never("reserved")
    }

    private struct Row: Sendable {
        let what: String
        let networks: [Network]

        init(_ what: String, _ networks: String...) {
            self.what = what
            self.networks = networks.compactMap { Network($0) }
        }

        func contains(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }
    }

    private static let forbidden = [
        Row("unspecified", "0.0.0.0", "::"),
        // Metadata services of clouds, which hold the credentials of their machines; most have link-local addresses, which the next row
        // covers.
        Row("a metadata service", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
        Row("link-local", "169.254.0.0/16", "fe80::/10"),
        Row("a multicast address", "224.0.0.0/4", "ff00::/8"),
        Row("the broadcast address", "255.255.255.255"),
        Row("for documentation only", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
        Row("for benchmarks only", "198.18.0.0/15", "2001:2::/48"),
        Row("reserved", "0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4", "2001::/23"),
    ]

    /// Whether all addresses are public ones.
    package static func arePublic(_ addresses: [IPAddress]) -> Bool { addresses.allSatisfy { AddressKind($0) == .publicly } }

    /// The private networks that contain the addresses.
    package static func privateNetworks(of addresses: [IPAddress]) -> Set<Network> {
        let embedded = addresses.flatMap { EmbeddedAddress.all(in: $0) }.filter { plain($0) == .privately }
        return Set(embedded.compactMap { address in privateNetworks.first { $0.contains(address) } })
    }

    private static let privateNetworks = [
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1", "fc00::/7",
    ]
    .compactMap { Network($0) }
}

/// IPv4 addresses that are embedded in IPv6 addresses, which are checked as well. IPv4-mapped addresses are parsed as IPv4 addresses
/// already.
enum EmbeddedAddress {
    /// The addresses that a packet to this address may reach; the address itself if it embeds none.
    static func all(in address: IPAddress) -> [IPAddress] {
        let bytes = address.bytes
        guard bytes.count == 16, !address.isLoopback, !address.isUnspecified else { return [address] }
        let wrapped = positions(in: bytes).map { places in places.map { bytes[$0] } }
        return wrapped.isEmpty ? [address] : wrapped.compactMap { IPAddress(bytes: $0) }
    }

    private static func positions(in bytes: [UInt8]) -> [[Int]] {
        let end = [12, 13, 14, 15]
        // IPv4-compatible addresses (https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.1).
        if bytes.prefix(12).allSatisfy({ $0 == 0 }) { return [end] }
        // 6to4 (https://www.rfc-editor.org/rfc/rfc3056#section-2).
        if bytes.starts(with: [0x20, 0x02]) { return [[2, 3, 4, 5]] }
        // NAT64 with the well-known prefix (https://www.rfc-editor.org/rfc/rfc6052#section-2.1).
        if bytes.prefix(12).elementsEqual([0x00, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)) { return [end] }
        guard bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01]) else { return [] }
        // NAT64 with a local prefix (https://www.rfc-editor.org/rfc/rfc8215): only that network knows the length of the prefix, so that
        // each position is checked (https://www.rfc-editor.org/rfc/rfc6052#section-2.2). A position that starts with zero holds no address.
        let places = [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], end].filter { bytes[$0[0]] != 0 }
        return places.isEmpty ? [end] : places
    }
}
