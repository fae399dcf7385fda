import Domain
import FoundationEssentials
import Naming
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Registries behind an egress proxy", .serialized)
struct EgressProxyTests {
    private static func contact(
        _ authority: String, through port: Int, except exceptions: [String] = [], resolver: ScriptedResolver = ScriptedResolver(),
        trust: RegistryTrust = RegistryTrust(isPlainHTTP: true)
    ) async throws -> Result<Int, TransportError> {
        let proxy = try #require(EgressProxy("http://127.0.0.1:\(port)", exceptions: exceptions.compactMap { EgressProxy.Exception($0) }))
        let transport = AsyncHTTPClientTransport(resolver: resolver, proxy: proxy)
        defer { Task { try await transport.shutdown() } }
        return try await transport.contact(authority, trust: trust)
    }

    @Test(
        "The proxy resolves the name, and requests go through it", arguments: ["registry.example:5000", "registry.example", "1.1.1.1:80"])
    func proxied(_ authority: String) async throws {
        try await FaultyRegistry.run(.open) { registry in
            try await ConnectProxy.run(to: registry.port) { proxy in
                let resolver = ScriptedResolver()
                let result = try await Self.contact(authority, through: proxy.port, resolver: resolver)
                #expect(result == .success(200))
                #expect(proxy.targets == [authority.contains(":") ? authority : "\(authority):80"])
                #expect(resolver.asked.isEmpty && registry.lines == ["GET /v2/"])
            }
        }
    }

    @Test(
        "TLS passes through the proxy, and the certificate must be the registry's",
        arguments: [("registry.example", true), ("other.example", false)])
    func tls(_ host: String, _ isTrusted: Bool) async throws {
        try await TemporaryDirectory.with { folder in
            let certificate = try await RegistryCertificate.signed(names: ["DNS:registry.example"], in: folder)
            let authorities = try String(contentsOfFile: certificate.authorityPath, encoding: .utf8)
            try await FaultyRegistry.run(.open, speaking: .https(certificate)) { registry in
                try await ConnectProxy.run(to: registry.port) { proxy in
                    let egress = try #require(EgressProxy("http://127.0.0.1:\(proxy.port)"))
                    let transport = AsyncHTTPClientTransport(proxy: egress)
                    defer { Task { try await transport.shutdown() } }
                    let result = try await transport.contact(host, isTLS: true, trust: RegistryTrust(certificateAuthorities: authorities))
                    #expect((result == .success(200)) == isTrusted, "\(result)")
                    #expect(proxy.targets == ["\(host):443"])
                }
            }
        }
    }

    @Test(
        "Connections to this machine and to exceptions are direct",
        arguments: [
            ("127.0.0.1", []), ("localhost", []), ("registry.example", ["registry.example"]), ("a.registry.example", [".registry.example"]),
            ("a.registry.example", ["registry.example"]),
        ])
    func direct(_ host: String, _ exceptions: [String]) async throws {
        try await FaultyRegistry.run(.open) { registry in
            try await ConnectProxy.run(to: registry.port) { proxy in
                let trust = RegistryTrust(isApproved: true, isPlainHTTP: true)
                let result = try await Self.contact(
                    "\(host):\(registry.port)", through: proxy.port, except: exceptions, resolver: ScriptedResolver(["127.0.0.1"]),
                    trust: trust)
                #expect(result == .success(200) && proxy.targets.isEmpty, "\(result)")
            }
        }
    }

    @Test(
        "Literal addresses in private networks are checked before the proxy is contacted",
        arguments: ["10.0.0.1", "192.168.1.1:5000", "169.254.169.254"])
    func forbidden(_ authority: String) async throws {
        try await ConnectProxy.run(to: 1) { proxy in
            let result = try await Self.contact(authority, through: proxy.port)
            #expect(result.forbidden != nil && proxy.targets.isEmpty, "\(result)")
        }
    }

    @Test(
        "The error for a failure of the proxy names the proxy",
        arguments: [
            ("HTTP/1.1 403 Forbidden", "refused the connection"), ("HTTP/1.1 502 Bad Gateway", "refused the connection"),
            ("HTTP/1.0 503 Busy", "refused the connection"),
            ("HTTP/1.1 407 Proxy Authentication Required", "requires a login, which is not supported"),
        ])
    func refusal(_ statusLine: String, _ reason: String) async throws {
        try await ConnectProxy.run(to: 1, refusal: statusLine) { proxy in
            let result = try await Self.contact("registry.example:5000", through: proxy.port)
            #expect(result == .failure(.connection("the egress proxy 127.0.0.1:\(proxy.port) \(reason)")))
        }
    }

    @Test("The error for an unreachable proxy names the proxy")
    func absent() async throws {
        let port = try await ConnectProxy.run(to: 1) { $0.port }
        let result = try await Self.contact("registry.example:5000", through: port)
        let reason = "the egress proxy 127.0.0.1:\(port) cannot be reached: the connection was refused"
        #expect(result == .failure(.connection(reason)))
    }

    @Test(
        "A proxy is configured by scheme, host and port",
        arguments: [
            ("http://proxy.example:3128", true), ("http://10.0.0.1:80", true), ("http://proxy.example:3128/", true),
            ("http://proxy.example", false),
            ("https://proxy.example:3128", false), ("proxy.example:3128", false), ("http://user@proxy.example:3128", false),
            ("http://proxy.example:3128/path", false), ("socks5://proxy.example:1080", false), ("", false),
        ])
    func parsing(_ text: String, _ isValid: Bool) {
        #expect((EgressProxy(text) != nil) == isValid)
    }
}
