import AsyncHTTPClient
import Domain
import NIOCore
import NIOPosix
import Naming
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Connections to registries", .serialized)
struct ConnectionTests {
    @Test(
        "A registry on this machine receives requests only after its approval",
        arguments: ["127.0.0.1", "localhost", "registry.example"])
    func approval(_ host: String) async throws {
        try await FaultyRegistry.run(.open) { registry in
            try await AsyncHTTPClientTransport.run { transport in
                let authority = "\(host):\(registry.port)"
                let refused = try await transport.contact(authority)
                #expect(refused.forbidden?.hasSuffix("'docker-cloud registry trust \(authority)'.") == true, "\(refused)")
                #expect(registry.requests.isEmpty)
                try await #expect(transport.contact(authority, trust: .approved) == .success(200))
                #expect(try await transport.contact(authority).forbidden != nil, "an approval that was taken back, on a warm connection")
                #expect(registry.requests.count == 1)
            }
        }
    }

    @Test("A registry named by --allow needs no approval", arguments: ["127.0.0.0/8", "registry.example:PORT"])
    func allowed(_ allowance: String) async throws {
        try await FaultyRegistry.run(.open) { registry in
            let allowance = try #require(Allowance(allowance.replacing("PORT", with: "\(registry.port)")))
            try await AsyncHTTPClientTransport.run(policy: AddressPolicy(allowing: [allowance])) { transport in
                try await #expect(transport.contact("registry.example:\(registry.port)") == .success(200))
            }
        }
    }

    @Test(
        "A name with one forbidden address is never connected to",
        arguments: [
            ["169.254.169.254"], ["127.0.0.1", "169.254.169.254"], ["127.0.0.1", "fe80::1"], ["127.0.0.1", "64:ff9b::a9fe:a9fe"],
            ["127.0.0.1", "0.0.0.0"], ["127.0.0.1", "224.0.0.1"], ["127.0.0.1", "fd00:ec2::254"],
        ])
    func mixed(_ addresses: [String]) async throws {
        try await CountingListener.run { listener, port in
            try await AsyncHTTPClientTransport.run(resolver: ScriptedResolver(addresses)) { transport in
                for isTLS in [true, false] {
                    let answer = try await transport.contact("registry.example:\(port)", isTLS: isTLS, trust: .approved)
                    #expect(answer.forbidden?.contains("never connects there") == true, "\(answer)")
                }
            }
            #expect(listener.count == 0)
        }
    }

    @Test("The connection goes to the checked address, regardless of the next look-up")
    func flipping() async throws {
        try await FaultyRegistry.run(.open) { registry in
            try await CountingListener.run(at: "127.0.0.2", port: registry.port) { other, _ in
                let resolver = ScriptedResolver(["127.0.0.1"], ["127.0.0.2"])
                let policy = AddressPolicy(allowing: try [#require(Allowance("127.0.0.1"))])
                try await AsyncHTTPClientTransport.run(policy: policy, resolver: resolver) { transport in
                    // The system cannot resolve this name: a second look-up would fail.
                    try await #expect(transport.contact("registry.invalid:\(registry.port)") == .success(200))
                    #expect(resolver.asked == ["registry.invalid"], "one look-up for one connection")
                    #expect(try await transport.contact("registry.invalid:\(registry.port)").forbidden != nil)
                }
                #expect(other.count == 0)
            }
            #expect(registry.requests.count == 1)
        }
    }

    @Test("A connection to an unchecked address carries no data", arguments: [("127.0.0.2", 0), ("127.0.0.1", 1)])
    func peer(_ checked: String, _ portShift: Int) async throws {
        try await FaultyRegistry.run(.open) { registry in
            let endpoint = RegistryEndpoint(
                authority: try RegistryAuthority(parsing: "registry.example:\(registry.port + portShift)"), isTLS: false, trust: .approved)
            let candidate = try #require(IPAddress(checked))
            let address = try #require(try AddressPolicy().check([candidate], of: endpoint).first)
            var configuration = try Destination(endpoint, at: address).configuration(UpstreamConnections(limit: 10))
            configuration.dnsOverride = ["registry.example": "127.0.0.1"]
            await #expect(throws: TransportError.self) {
                try await Self.get("http://registry.example:\(registry.port)/v2/", configuration)
            }
            #expect(registry.openings.isEmpty)
            try await eventually { registry.connectionCount == 0 }
        }
    }

    @Test(
        "The addresses of a host are tried in turn until a connection succeeds",
        arguments: [["::1", "127.0.0.1"], ["127.0.0.9", "::1", "127.0.0.1"]])
    func inTurn(_ addresses: [String]) async throws {
        try await FaultyRegistry.run(.open) { registry in
            try await AsyncHTTPClientTransport.run(resolver: ScriptedResolver(addresses)) { transport in
                for _ in 0..<2 { try await #expect(transport.contact("localhost:\(registry.port)", trust: .approved) == .success(200)) }
            }
        }
    }

    @Test(
        "A request whose connection closes without a response is repeated once, at the same address only",
        arguments: [
            (.hangUp, 2), (.raw([], then: .reset), 2), (.raw("HTTP/1.1 200 OK\r\nContent-Le", then: .close), 1),
            (.truncated(status: 200), 1),
        ] as [(RegistryReply, Int)])
    func repeated(_ reply: RegistryReply, _ count: Int) async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(reply, for: "GET", "/v2/")
            try await CountingListener.run(at: "127.0.0.2", port: registry.port) { other, _ in
                try await AsyncHTTPClientTransport.run(resolver: ScriptedResolver(["127.0.0.1", "127.0.0.2"])) { transport in
                    let answer = try await transport.contact("registry.example:\(registry.port)", trust: .approved)
                    #expect(answer == .failure(.connection("the connection was lost")))
                }
                #expect(other.count == 0)
                #expect(registry.requests.count == count)
            }
        }
    }

    @Test("A repeated request uses a new connection", arguments: [RegistryReply.hangUp, .raw([], then: .reset)])
    func repeatedOnNewConnection(_ reply: RegistryReply) async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(for: "GET", "/v2/") { $0.precedingCount == 2 ? reply : .json(200, "{}") }
            try await AsyncHTTPClientTransport.run { transport in
                for _ in 0..<4 { try await #expect(transport.contact(registry.authority, trust: .approved) == .success(200)) }
            }
            #expect(registry.requests.map(\.precedingCount) == [0, 1, 2, 0, 0])
        }
    }

    @Test("This server's own listener is never connected to, even with an approval", arguments: ["127.0.0.1", "0.0.0.0"])
    func own(_ host: String) async throws {
        try await CountingListener.run { listener, port in
            let own = OwnAddresses()
            own.listens(on: try SocketAddress(ipAddress: host, port: port))
            try await AsyncHTTPClientTransport.run(own: own) { transport in
                for host in ["127.0.0.1", "localhost", "registry.example"] {
                    let answer = try await transport.contact("\(host):\(port)", trust: .approved)
                    #expect(answer.forbidden?.contains("this server itself") == true, "\(answer)")
                }
            }
            #expect(listener.count == 0)
        }
    }

    @Test("A literal address is not looked up, and a name without addresses is unknown")
    func lookUps() async throws {
        try await FaultyRegistry.run(.open) { registry in
            let resolver = ScriptedResolver([])
            try await AsyncHTTPClientTransport.run(resolver: resolver) { transport in
                try await #expect(transport.contact(registry.authority, trust: .approved) == .success(200))
                #expect(resolver.asked.isEmpty)
                let unknown = try await transport.contact("registry.example")
                #expect(unknown == .failure(.unknownHost))
            }
        }
    }
}

extension ConnectionTests {
    /// Sends one request as the transport does, with this configuration.
    static func get(_ url: String, _ configuration: HTTPClient.Configuration) async throws {
        let client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
        let result: Result<HTTPClientResponse, any Error>
        do { result = .success(try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(5))) } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        _ = try result.get()
    }
}
