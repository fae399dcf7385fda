import Domain
import HTTPSupport
import HTTPTypes
import Testing

@Suite("Client addresses behind proxies")
struct ClientAddressTests {
    private func address(peer: String?, _ forwarded: [String], trusted: [String] = ["10.0.0.0/8", "::1"]) throws -> String {
        var headers = HTTPFields()
        headers[values: try #require(HTTPField.Name("X-Forwarded-For"))] = forwarded
        return ClientAddress(peer: peer, headers: headers, trustedProxies: trusted.compactMap(Network.init)).description
    }

    @Test(
        "X-Forwarded-For is ignored unless the peer is a trusted proxy",
        arguments: ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "11.0.0.1"])
    func untrustedPeer(_ peer: String) throws {
        #expect(try address(peer: peer, ["198.51.100.1"]) == peer)
        #expect(try address(peer: peer, ["10.0.0.1", "198.51.100.1"]) == peer)
        #expect(try address(peer: "10.0.0.1", ["198.51.100.1"], trusted: []) == "10.0.0.1")
        #expect(try address(peer: nil, ["198.51.100.1"]) == "unknown")
    }

    @Test(
        "Behind trusted proxies, the client is the rightmost address that is not a trusted proxy",
        arguments: [
            (["198.51.100.1"], "198.51.100.1"), (["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            (["198.51.100.1", "10.0.0.2"], "198.51.100.1"),
            (["203.0.113.9, 198.51.100.1"], "198.51.100.1"), (["203.0.113.9", "198.51.100.1, 10.0.0.2 ,10.0.0.3"], "198.51.100.1"),
            (["10.9.9.9, 198.51.100.1"], "198.51.100.1"), (["2001:db8::7"], "2001:db8::7"), (["  198.51.100.1\t"], "198.51.100.1"),
            (["127.0.0.1, 198.51.100.1"], "198.51.100.1"), (["::ffff:10.0.0.2"], "::ffff:10.0.0.2"),
            (["198.51.100.1, ::ffff:10.0.0.2"], "198.51.100.1"), (["10.0.0.7, 10.0.0.8"], "10.0.0.7"), ([], "10.0.0.1"),
        ])
    func trustedPeer(_ forwarded: [String], _ expected: String) throws {
        #expect(try address(peer: "10.0.0.1", forwarded) == expected)
    }

    @Test(
        "A hop that is not an address ends the chain: hops left of it may be forged",
        arguments: [
            (["203.0.113.9, unknown"], "10.0.0.1"), (["203.0.113.9, _hidden, 10.0.0.2"], "10.0.0.2"), (["203.0.113.9", ""], "10.0.0.1"),
            (["203.0.113.9, "], "10.0.0.1"), (["203.0.113.9, 1.2.3"], "10.0.0.1"), (["x"], "10.0.0.1"),
            (["\u{E9}, 203.0.113.9"], "203.0.113.9"),
            (["203.0.113.9, <script>, 198.51.100.1"], "198.51.100.1"),
        ])
    func garbage(_ forwarded: [String], _ expected: String) throws {
        #expect(try address(peer: "10.0.0.1", forwarded) == expected)
    }

    @Test(
        "A port that a proxy appends to the client's address is ignored",
        arguments: [
            (["198.51.100.1:4711"], "198.51.100.1"), (["203.0.113.9, 198.51.100.1:4711"], "198.51.100.1"),
            (["[2001:db8::7]:4711"], "2001:db8::7"), (["[2001:db8::7]"], "2001:db8::7"),
            (["203.0.113.9, 198.51.100.1:4711, 10.0.0.2:80"], "198.51.100.1"),
        ])
    func ports(_ forwarded: [String], _ expected: String) throws {
        #expect(try address(peer: "10.0.0.1", forwarded) == expected)
    }
}
