import Domain
import Testing

@testable import RegistryClient

@Suite("Kinds of addresses")
struct AddressKindTests {
    @Test("Each special range has the bounds of its IANA registration", arguments: AddressRange.all)
    func ranges(_ range: AddressRange) throws {
        for text in [range.first, range.last] { #expect(try kind(text) == range.kind, "\(text)") }
        for text in [range.before, range.after].compactMap(\.self) { #expect(try kind(text) != range.kind, "\(text)") }
    }

    @Test(
        "Ordinary addresses are public",
        arguments: ["1.1.1.1", "8.8.8.8", "52.1.2.3", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "2001:200::1"])
    func publicly(_ text: String) throws {
        #expect(try kind(text) == .publicly)
    }

    @Test(
        "An IPv4 address embedded in an IPv6 address has the kind of the IPv4 address", arguments: Wrapping.all,
        ["10.1.2.3", "127.0.0.1", "8.8.8.8"])
    func wrapped(_ wrapping: Wrapping, _ inner: String) throws {
        let wrapped = try wrapping.wrap(try #require(IPAddress(inner)))
        #expect(AddressKind(wrapped) == (try kind(inner)), "\(wrapped)")
    }

    @Test(
        "Embedding does not hide a forbidden IPv4 address", arguments: Wrapping.all,
        ["169.254.169.254", "224.0.0.1", "255.255.255.255", "192.0.2.1"])
    func wrappedNever(_ wrapping: Wrapping, _ inner: String) throws {
        #expect(AddressKind(try wrapping.wrap(try #require(IPAddress(inner)))).isNever)
    }

    @Test(
        "All spellings of an embedded address are equal",
        arguments: [
            "::ffff:169.254.169.254", "::FFFF:a9fe:a9fe", "0:0:0:0:0:ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::169.254.169.254",
            "64:ff9b::169.254.169.254", "64:ff9b::a9fe:a9fe", "0064:ff9b:0:0:0:0:a9fe:a9fe", "64:ff9b:1::169.254.169.254",
            "64:ff9b:1:a9fe:a9:fe00::", "64:ff9b:1:a9:fe:a9fe::", "64:ff9b:1:0:a9:fea9:fe00:0", "64:ff9b:1:fe::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "2002:A9FE:A9FE:1:2:3:4:5",
        ])
    func spellings(_ text: String) throws {
        #expect(try kind(text).isNever)
    }

    @Test(
        "Addresses that resemble an embedding format but embed nothing are reserved",
        arguments: ["::ffff:0:8.8.8.8", "64:ff9b:2::8.8.8.8", "64:ff9a::8.8.8.8", "1::1"])
    func noWrapping(_ text: String) throws {
        #expect(try kind(text) == .never("reserved"))
    }

    private func kind(_ text: String) throws -> AddressKind {
        AddressKind(try #require(IPAddress(text)))
    }
}

extension AddressKind {
    var isNever: Bool {
        if case .never = self { true } else { false }
    }
}

/// A format that embeds an IPv4 address in an IPv6 address.
struct Wrapping: Sendable, CustomTestStringConvertible {
    let testDescription: String
    private let bytes: @Sendable ([UInt8]) -> [UInt8]

    func wrap(_ inner: IPAddress) throws -> IPAddress {
        try #require(IPAddress(bytes: bytes(inner.bytes)))
    }

    private static func atEnd(of prefix: [UInt8]) -> @Sendable ([UInt8]) -> [UInt8] {
        { prefix + [UInt8](repeating: 0, count: 12 - prefix.count) + $0 }
    }

    private static let own: [UInt8] = [0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01]

    static let all = [
        Wrapping(testDescription: "mapped", bytes: { [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + $0 }),
        Wrapping(testDescription: "compatible", bytes: atEnd(of: [])),
        Wrapping(testDescription: "6to4", bytes: { [0x20, 0x02] + $0 + [0, 1] + [UInt8](repeating: 7, count: 8) }),
        Wrapping(testDescription: "NAT64", bytes: atEnd(of: [0x00, 0x64, 0xFF, 0x9B])),
        Wrapping(testDescription: "NAT64 of a network's own, /96", bytes: atEnd(of: own)),
        Wrapping(testDescription: "/48", bytes: { own + [$0[0], $0[1], 0, $0[2], $0[3], 0, 0, 0, 0, 0] }),
        Wrapping(testDescription: "/64", bytes: { own + [0, 0, 0, $0[0], $0[1], $0[2], $0[3], 0, 0, 0] }),
    ]
}
