import Domain
import NIOCore
import Naming
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Clients are few, and closed when nobody uses them", .serialized)
struct ClientPoolTests {
    @Test("A client that nobody uses for a while is closed, and its connections with it")
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

    @Test("A connection is used again as long as its client is there, whichever address the name server puts first")
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

    @Test("Beyond the limit, the client that was longest out of use is closed")
    func limit() async throws {
        let pool = ClientPool(limit: 3, idleTime: .seconds(60), connections: UpstreamConnections(limit: 100))
        let destinations = try (1...6).map { try Self.destination("registry\($0).example") }
        for destination in destinations { try pool.lease(destination).answered() }
        #expect(destinations.map(pool.hasAnswer) == [false, false, false, true, true, true])
        let used = try pool.lease(destinations[0])
        for destination in destinations[1...4] { try pool.lease(destination).answered() }
        used.answered()
        #expect(pool.count == 3)
        withExtendedLifetime(used) {}
        try pool.lease(destinations[0]).answered()
        #expect(pool.hasAnswer(of: destinations[0]), "one in use is not closed")
        try await pool.shutdown()
        #expect(throws: TransportError.connection("the server is stopping")) { try pool.lease(destinations[0]) }
    }

    @Test("Destinations that differ in anything share no client")
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
