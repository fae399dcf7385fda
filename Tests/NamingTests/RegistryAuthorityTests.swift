import Naming
import Testing

@Suite("Registry authorities")
struct RegistryAuthorityTests {
    @Test(
        "A registry's host and port are parsed, with the host in lower case",
        arguments: [
            ("registry.example", "registry.example", nil),
            ("Registry.Example:5000", "registry.example", 5000),
            ("localhost", "localhost", nil),
            ("registry", "registry", nil),
            ("10.0.0.1:443", "10.0.0.1", 443),
            ("docker.io:443", "docker.io", 443),
        ] as [(String, String, Int?)])
    func reads(_ text: String, _ host: String, _ port: Int?) throws {
        let authority = try RegistryAuthority(parsing: text)
        #expect(authority.host == host)
        #expect(authority.port == port)
        #expect(authority.description == text.lowercased())
        #expect(try RegistryAuthority(parsing: authority.description) == authority)
    }

    @Test(
        "An invalid registry authority is refused with the rule that it violates",
        arguments: [
            ("", .empty),
            (":", .host),
            (":5000", .host),
            ("registry.example/", .host),
            ("registry.example/team", .host),
            ("http://registry.example", .scheme),
            ("https://registry.example:5000", .scheme),
            ("http:", .port),
            ("user@registry.example", .host),
            ("registry example", .host),
            ("registry.example\0", .host),
            ("registry.example%2F", .host),
            ("①②⑦.0.0.1", .host),
            ("registry_5000", .host),
            ("registry.example:", .port),
            ("registry.example:0", .port),
            ("registry.example:65536", .port),
            ("registry.example:5000/", .port),
            ("registry.example:５０００", .port),
            ("127.1", .numericHost),
            ("2130706433", .numericHost),
            ("0x7f.1:80", .numericHost),
            ("[::1]", .ipv6),
            ("[::1]:5000", .ipv6),
        ] as [(String, NamingError.Rule)])
    func refuses(_ text: String, _ rule: NamingError.Rule) throws {
        let error = try #require(throws: NamingError.self) { try RegistryAuthority(parsing: text) }
        #expect(error.rule == rule)
    }

    @Test("All names of Docker Hub are one authority", arguments: ["docker.io", "index.docker.io", "REGISTRY-1.docker.io"])
    func dockerHub(_ text: String) throws {
        let authority = try RegistryAuthority(parsing: text)
        #expect(authority == .dockerHub)
        #expect(authority.isDockerHub)
        #expect(authority.description == "docker.io")
        #expect(authority.apiAuthority == "registry-1.docker.io")
    }

    @Test(
        "Hosts that resemble Docker Hub are other authorities",
        arguments: ["docker.io:443", "index.docker.io:443", "docker.io.example", "xdocker.io", "hub.docker.com", "auth.docker.io"])
    func notDockerHub(_ text: String) throws {
        let authority = try RegistryAuthority(parsing: text)
        #expect(!authority.isDockerHub)
        #expect(authority.apiAuthority == text)
    }

    @Test(
        "localhost and 127.0.0.0/8 are loopback without a DNS lookup",
        arguments: [
            ("localhost", true), ("LOCALHOST:5000", true), ("127.0.0.1", true), ("127.0.0.1:5000", true), ("127.255.255.254", true),
            ("128.0.0.1", false), ("126.255.255.255", false), ("10.0.0.1", false), ("localhost.example", false), ("127.example", false),
            ("registry.localhost", false), ("registry.local", false), ("docker.io", false),
        ])
    func loopback(_ text: String, _ expected: Bool) throws {
        #expect(try RegistryAuthority(parsing: text).isLiteralLoopback == expected)
    }

    @Test("Registry authorities are sorted by text")
    func order() throws {
        let authorities = try ["b.example", "a.example:443", "a.example"].map { try RegistryAuthority(parsing: $0) }
        #expect(authorities.sorted().map(\.description) == ["a.example", "a.example:443", "b.example"])
    }
}
