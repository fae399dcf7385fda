import Testing

@testable import RegistryClient

/// A range of addresses, with the neighbours just outside; nil if the neighbour is in another range of the same kind.
struct AddressRange: Sendable, CustomTestStringConvertible {
    let kind: AddressKind
    let before: String?
    let first: String
    let last: String
    let after: String?

    init(_ kind: AddressKind, _ before: String?, _ first: String, _ last: String, _ after: String?) {
        self.kind = kind
        self.before = before
        self.first = first
        self.last = last
        self.after = after
    }

    var testDescription: String { "\(first)–\(last)" }

    static let all = privateOnes + never

    private static let ones = "ffff:ffff:ffff:ffff"

    private static let privateOnes = [
        AddressRange(.privately, "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
        AddressRange(.privately, "126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
        AddressRange(.privately, "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
        AddressRange(.privately, "192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
        AddressRange(.privately, "100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
        AddressRange(.privately, "::", "::1", "::1", "::2"),
        AddressRange(.privately, "fbff:ffff:ffff:ffff:\(ones)", "fc00::", "fdff:ffff:ffff:ffff:\(ones)", "fe00::"),
    ]

    private static let never =
        [
            AddressRange(.never("unspecified"), nil, "0.0.0.0", "0.0.0.0", "0.0.0.1"),
            AddressRange(.never("unspecified"), nil, "::", "::", "::1"),
            AddressRange(.never("link-local"), "169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
            AddressRange(.never("link-local"), "fe7f:ffff:ffff:ffff:\(ones)", "fe80::", "febf:ffff:ffff:ffff:\(ones)", "fec0::"),
            AddressRange(.never("a multicast address"), "223.255.255.255", "224.0.0.0", "239.255.255.255", "240.0.0.0"),
            AddressRange(.never("a multicast address"), "feff:ffff:ffff:ffff:\(ones)", "ff00::", "ffff:ffff:ffff:ffff:\(ones)", nil),
            AddressRange(.never("the broadcast address"), "255.255.255.254", "255.255.255.255", "255.255.255.255", nil),
        ] + metadata + examples + reserved

    private static let metadata = [
        ("fd00:ec2::253", "fd00:ec2::254", "fd00:ec2::255"), ("fd00:ec2::22", "fd00:ec2::23", "fd00:ec2::24"),
        ("fd20:ce::253", "fd20:ce::254", "fd20:ce::255"), ("100.100.100.199", "100.100.100.200", "100.100.100.201"),
        ("168.63.129.15", "168.63.129.16", "168.63.129.17"), ("192.0.0.191", "192.0.0.192", "192.0.0.193"),
    ].map { AddressRange(.never("a metadata service"), $0, $1, $1, $2) }

    private static let examples = [
        AddressRange(.never("for documentation only"), "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
        AddressRange(.never("for documentation only"), "198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
        AddressRange(.never("for documentation only"), "203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
        AddressRange(
            .never("for documentation only"), "2001:db7:ffff:ffff:\(ones)", "2001:db8::", "2001:db8:ffff:ffff:\(ones)", "2001:db9::"),
        AddressRange(
            .never("for documentation only"), "3ffe:ffff:ffff:ffff:\(ones)", "3fff::", "3fff:fff:ffff:ffff:\(ones)", "3fff:1000::"),
        AddressRange(.never("for benchmarks only"), "198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
        AddressRange(.never("for benchmarks only"), "2001:1:ffff:ffff:\(ones)", "2001:2::", "2001:2:0:ffff:\(ones)", "2001:2:1::"),
    ]

    private static let reserved = [
        AddressRange(.never("reserved"), "0.0.0.0", "0.0.0.1", "0.255.255.255", "1.0.0.0"),
        AddressRange(.never("reserved"), "191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
        AddressRange(.never("reserved"), "192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
        AddressRange(.never("reserved"), "239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255"),
        AddressRange(.never("reserved"), nil, "fec0::", "feff:ffff:ffff:ffff:\(ones)", "ff00::"),
        // The last address is omitted: all addresses before and after 2000::/3 are reserved.
        AddressRange(.never("reserved"), nil, "100::", "1fff:ffff:ffff:ffff:\(ones)", "2000::"),
        AddressRange(.never("reserved"), "3fff:ffff:ffff:ffff:\(ones)", "4000::", "fbff:ffff:ffff:ffff:\(ones)", "fc00::"),
        AddressRange(.never("reserved"), "2000:ffff:ffff:ffff:\(ones)", "2001::", "2001:1ff:ffff:ffff:\(ones)", "2001:200::"),
    ]
}
