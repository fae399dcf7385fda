import Domain
import NIOCore
import Naming
import Testing

@testable import RegistryClient

@Suite("Address policy")
struct AddressPolicyTests {
    @Test("The policy checks all addresses of a look-up", arguments: PolicyRow.all)
    func decisions(_ row: PolicyRow) throws {
        let policy = AddressPolicy(allowing: try row.allowed.map { try #require(Allowance($0)) })
        let endpoint = RegistryEndpoint(
            authority: try RegistryAuthority(parsing: row.authority), isTLS: row.isTLS, trust: RegistryTrust(isApproved: row.isApproved))
        let addresses = try row.addresses.map { try #require(IPAddress($0)) }
        let decision = Result { try policy.check(addresses, of: endpoint) }
        switch row.expected {
        case .allowed: #expect(try decision.get().map(\.address) == addresses)
        case .forbidden(let part):
            let reason = #expect(throws: TransportError.self) { try decision.get() }.map {
                Result<Int, TransportError>.failure($0).forbidden
            }
            #expect(reason??.contains(part) == true, "\(String(describing: reason))")
        }
    }

    @Test("An error contains a command only if an administrator can allow the address")
    func commands() throws {
        let endpoint = RegistryEndpoint(authority: try RegistryAuthority(parsing: "registry.corp.example:5000"), isTLS: true)
        #expect(
            throws: TransportError.forbidden(
                ErrorText(
                    "has an address that is not allowed yet",
                    advice: "A server administrator can allow it with 'docker-cloud registry trust registry.corp.example:5000'"))
        ) { try AddressPolicy().check([try #require(IPAddress("10.1.2.3"))], of: endpoint) }
        #expect(
            throws: TransportError.forbidden("has an address that is not allowed, and this server never connects there")
        ) { try AddressPolicy().check([try #require(IPAddress("169.254.169.254"))], of: endpoint) }
        let literal = RegistryEndpoint(authority: try RegistryAuthority(parsing: "10.1.2.3:5000"), isTLS: true)
        #expect(
            throws: TransportError.forbidden(
                ErrorText(
                    "is in a private network, which is not allowed yet",
                    advice: "A server administrator can allow it with 'docker-cloud registry trust 10.1.2.3:5000'"))
        ) { try AddressPolicy().check([try #require(IPAddress("10.1.2.3"))], of: literal) }
    }

    @Test(
        "An error never reveals the address of a host name",
        arguments: ["10.20.30.40", "192.168.1.1", "127.0.0.2", "fd12::7", "169.254.169.254", "224.0.0.1", "64:ff9b::10.0.0.9"])
    func silence(_ address: String) throws {
        let endpoint = RegistryEndpoint(authority: try RegistryAuthority(parsing: "vault.corp"), isTLS: true)
        let own = OwnReach(listeners: [SocketName(address: try #require(IPAddress("192.168.1.1")), port: 443)], interfaces: [])
        let error = #expect(throws: TransportError.self) {
            try AddressPolicy().check([try #require(IPAddress(address))], of: endpoint, own: own)
        }
        let reason = Result<Int, TransportError>.failure(try #require(error)).forbidden
        #expect(reason?.contains(address) == false, "\(reason ?? "")")
    }

    @Test(
        "An approval of a network covers all its addresses and no other private network",
        arguments: [
            (["10.9.9.9"], true), (["10.9.9.9", "8.8.8.8"], true), (["8.8.8.8"], true), (["64:ff9b::10.0.0.1"], true),
            (["192.168.0.1"], false),
            (["10.0.0.1", "192.168.0.1"], false), (["127.0.0.1"], false), (["fd12::1"], false), (["169.254.169.254"], false),
        ])
    func networks(_ addresses: [String], _ isAllowed: Bool) throws {
        let trust = RegistryTrust(
            networks: AddressKind.privateNetworks(of: [try #require(IPAddress("10.1.2.3")), try #require(IPAddress("8.8.8.8"))]))
        let endpoint = RegistryEndpoint(authority: try RegistryAuthority(parsing: "registry.corp"), isTLS: true, trust: trust)
        let decision = Result { try AddressPolicy().check(try addresses.map { try #require(IPAddress($0)) }, of: endpoint) }
        #expect(((try? decision.get()) != nil) == isAllowed)
        #expect(trust.networks.map(\.description) == ["10.0.0.0/8"])
    }

    @Test("Connections to this server itself are refused despite any approval", arguments: OwnRow.all)
    func own(_ row: OwnRow) throws {
        let own = OwnAddresses(publicURL: "https://lighterman.example")
        own.listens(on: try SocketAddress(ipAddress: row.listener, port: 8080))
        let endpoint = RegistryEndpoint(
            authority: try RegistryAuthority(parsing: row.authority), isTLS: row.isTLS, trust: RegistryTrust(isApproved: true))
        let policy = AddressPolicy(allowing: try ["0.0.0.0/0", "::/0", "lighterman.example:443"].map { try #require(Allowance($0)) })
        let decision = Result { try policy.check([try #require(IPAddress(row.address))], of: endpoint, own: own.reach()) }
        if row.isOwn {
            #expect(throws: TransportError.self) { try decision.get() }
        } else {
            #expect(try decision.get().count == 1)
        }
    }

    @Test("The address in the public URL is refused under any host name")
    func publicAddress() throws {
        let endpoint = RegistryEndpoint(authority: try RegistryAuthority(parsing: "other.example:8443"), isTLS: true)
        let own = OwnAddresses(publicURL: "https://8.8.8.8:8443")
        #expect(throws: TransportError.self) {
            try AddressPolicy().check([try #require(IPAddress("8.8.8.8"))], of: endpoint, own: own.reach())
        }
    }

    @Test("A listener on all addresses covers every interface")
    func interfaces() throws {
        let own = OwnReach(
            listeners: [SocketName(address: try #require(IPAddress("::")), port: 80)], interfaces: [try #require(IPAddress("10.9.8.7"))])
        #expect(own.includes(try #require(IPAddress("10.9.8.7")), port: 80))
        #expect(!own.includes(try #require(IPAddress("10.9.8.6")), port: 80))
        #expect(!own.includes(try #require(IPAddress("10.9.8.7")), port: 81))
    }

    @Test(
        "An allowance is a registry with a port, or a network",
        arguments: [
            ("registry.example:5000", true), ("10.0.0.1:5000", true), ("localhost:5000", true), ("10.0.0.0/8", true), ("10.0.0.1", true),
            ("fc00::/7", true), ("registry.example", false), ("localhost", false), ("", false), ("registry.example:0", false),
            ("https://registry.example:1", false), ("10.0.0.0/33", false), ("[::1]:5000", false), ("a/b:1", false),
            ("10.0.0.1:5000/8", false),
        ])
    func allowances(_ text: String, _ isOne: Bool) {
        #expect((Allowance(text) != nil) == isOne)
    }
}

struct OwnRow: Sendable, CustomTestStringConvertible {
    let listener: String
    let authority: String
    var isTLS = false
    let address: String
    let isOwn: Bool

    var testDescription: String { "\(authority) at \(address), listening on \(listener)" }

    static let all = [
        OwnRow(listener: "127.0.0.1", authority: "127.0.0.1:8080", address: "127.0.0.1", isOwn: true),
        OwnRow(listener: "127.0.0.1", authority: "any.example:8080", address: "127.0.0.1", isOwn: true),
        OwnRow(listener: "127.0.0.1", authority: "any.example:8080", address: "64:ff9b::127.0.0.1", isOwn: true),
        OwnRow(listener: "127.0.0.1", authority: "any.example:8080", address: "::ffff:127.0.0.1", isOwn: true),
        OwnRow(listener: "127.0.0.1", authority: "127.0.0.1:8081", address: "127.0.0.1", isOwn: false),
        OwnRow(listener: "127.0.0.1", authority: "127.0.0.2:8080", address: "127.0.0.2", isOwn: false),
        OwnRow(listener: "0.0.0.0", authority: "127.0.0.2:8080", address: "127.0.0.2", isOwn: true),
        OwnRow(listener: "::", authority: "localhost:8080", address: "::1", isOwn: true),
        OwnRow(listener: "::", authority: "localhost:8080", address: "127.0.0.1", isOwn: true),
        OwnRow(listener: "0.0.0.0", authority: "8.8.8.8:8080", address: "8.8.8.8", isOwn: false),
        OwnRow(listener: "127.0.0.1", authority: "lighterman.example", isTLS: true, address: "8.8.8.8", isOwn: true),
        OwnRow(listener: "127.0.0.1", authority: "lighterman.example:443", address: "8.8.8.8", isOwn: true),
        OwnRow(listener: "127.0.0.1", authority: "lighterman.example:5000", isTLS: true, address: "8.8.8.8", isOwn: false),
        OwnRow(listener: "127.0.0.1", authority: "registry.lighterman.example", isTLS: true, address: "8.8.8.8", isOwn: false),
    ]
}
