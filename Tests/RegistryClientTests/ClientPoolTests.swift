import Domain
import NIOCore
import Naming
import TestSupport
import Testing

@testable import RegistryClient

@Suite("HTTP client pool", .serialized)
struct ClientPoolTests {
    @Test("An idle client is closed with its connections")
    func idle() async throws {
        try await FaultyRegistry.run(.open) { registry in
            try await AsyncHTTPClientTransport.run(clientIdleTime: .milliseconds(200)) { transport in
                try await #expect(transport.contact(registry.authority, trust: .approved) == .success(200))
                #expect(registry.connectionCount == 1)
                try await eventually { registry.connectionCount == 0 }
                try await #expect(transport.contact(registry.authority, trust: .approved) == .success(200))
            }
        }
    }

    @Test("A connection is reused while its client is open, regardless of the order of addresses in DNS")
    func warm() async throws {
        try await FaultyRegistry.run(.open) { registry in
            try await CountingListener.run(at: "127.0.0.2", port: registry.port) { other, _ in
                let resolver = ScriptedResolver(["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"])
                try await AsyncHTTPClientTransport.run(resolver: resolver) { transport in
                    for _ in 0..<5 {
                        try await #expect(transport.contact("registry.example:\(registry.port)", trust: .approved) == .success(200))
                    }
                }
                #expect(other.count == 0)
            }
            #expect(registry.openings.count == 1)
        }
    }

    @Test("Beyond the limit, the least recently used client is closed")
    func limit() async throws {
        let pool = ClientPool(limit: 3, idleTime: .seconds(60), connections: UpstreamConnections(limit: 100))
        let destinations = try (1...6).map { try Self.destination("registry\($0).example") }
        for destination in destinations { try pool.lease(destination).noteResponse() }
        #expect(destinations.map(pool.hasResponse) == [false, false, false, true, true, true])
        let used = try pool.lease(destinations[0])
        for destination in destinations[1...4] { try pool.lease(destination).noteResponse() }
        used.noteResponse()
        #expect(pool.count == 3)
        withExtendedLifetime(used) {}
        try pool.lease(destinations[0]).noteResponse()
        #expect(pool.hasResponse(of: destinations[0]), "one in use is not closed")
        try await pool.shutdown()
        #expect(throws: TransportError.connection("the server is stopping")) { try pool.lease(destinations[0]) }
    }

    @Test("Different destinations do not share a client")
    func difference() throws {
        let base = RegistryEndpoint(authority: try RegistryAuthority(parsing: "a.example:443"), isTLS: true)
        let others = [
            RegistryEndpoint(authority: base.authority, isTLS: false),
            RegistryEndpoint(authority: base.authority, isTLS: true, trust: RegistryTrust(certificateAuthorities: "PEM")),
            RegistryEndpoint(authority: try RegistryAuthority(parsing: "a.example:444"), isTLS: true),
            RegistryEndpoint(authority: try RegistryAuthority(parsing: "b.example:443"), isTLS: true),
        ]
        let addresses = try AddressPolicy().check(try ["8.8.8.8", "8.8.4.4"].map { try #require(IPAddress($0)) }, of: base)
        let destinations = ([base] + others).flatMap { endpoint in addresses.map { Destination(endpoint, at: $0) } }
        #expect(Set(destinations).count == 10)
    }

    private static func destination(_ authority: String) throws -> Destination {
        let endpoint = RegistryEndpoint(authority: try RegistryAuthority(parsing: authority), isTLS: true)
        let address = try #require(IPAddress("8.8.8.8"))
        return Destination(endpoint, at: try #require(try AddressPolicy().check([address], of: endpoint).first))
    }
}
