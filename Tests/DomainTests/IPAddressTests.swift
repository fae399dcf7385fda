import Domain
import Testing

@Suite("Addresses and networks")
struct IPAddressTests {
    @Test(
        "An IPv4-mapped IPv6 address equals the IPv4 address",
        arguments: ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:c000:207", "0:0:0:0:0:ffff:c000:0207"])
    func mapped(_ text: String) throws {
        #expect(try #require(IPAddress(text)).bytes == [192, 0, 2, 7])
    }

    @Test(
        "Malformed addresses are refused",
        arguments: [
            "", " ", "localhost", "192.0.2", "192.0.2.256", "192.0.2.07", "0x7f.1", "127.1", "2130706433", "192.0.2.7 ", " 192.0.2.7",
            "192.0.2.7:80", "[::1]", "::1%lo", "::g", "1::2::3", "1.2.3.4.5", "\u{661}.2.3.4", "unknown",
        ])
    func noAddress(_ text: String) {
        #expect(IPAddress(text) == nil)
        #expect(IPAddress("192.0.2.7\u{0}" + text) == nil)
    }

    @Test(
        "Loopback is 127.0.0.0/8 and ::1",
        arguments: [
            ("127.0.0.1", true), ("127.255.255.254", true), ("::1", true), ("::ffff:127.0.0.1", true), ("128.0.0.1", false), ("::2", false),
            ("::", false), ("0.0.0.0", false), ("1::1", false),
        ])
    func loopback(_ text: String, _ isLoopback: Bool) {
        #expect(IPAddress(text)?.isLoopback == isLoopback)
    }

    @Test(
        "A network contains the addresses with its prefix",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3/8", "10.9.9.9", true),
            ("192.0.2.0/25", "192.0.2.127", true), ("192.0.2.0/25", "192.0.2.128", false), ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false), ("192.0.2.7/32", "192.0.2.7", true), ("0.0.0.0/0", "255.1.2.3", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "::1", true), ("::/0", "1.2.3.4", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("::ffff:10.0.0.0", "10.0.0.0", true),
        ])
    func contains(_ network: String, _ address: String, _ isInside: Bool) throws {
        #expect(try #require(Network(network)).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(
        "Malformed networks are refused",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/x", "::/129", "example.org/8", "10/8",
        ])
    func noNetwork(_ text: String) {
        #expect(Network(text) == nil)
    }
}
