import Naming
import Testing

@Suite("References to images")
struct ImageReferenceTests {
    private static let digest = "sha256:" + String(repeating: "0f", count: 32)
    private static let longDigest = "sha512:" + String(repeating: "0f", count: 64)

    @Test(
        "Every spelling of an image has one repository, tag and digest",
        arguments: [
            ("ubuntu", "docker.io/library/ubuntu", nil, nil), ("docker.io/ubuntu", "docker.io/library/ubuntu", nil, nil),
            ("docker.io/library/ubuntu:22.04", "docker.io/library/ubuntu", "22.04", nil),
            ("ubuntu:v1", "docker.io/library/ubuntu", "v1", nil),
            ("index.docker.io/team/app:1", "docker.io/team/app", "1", nil),
            ("registry-1.docker.io/team/app", "docker.io/team/app", nil, nil),
            ("Registry.Example/team/app:V_1.0-x", "registry.example/team/app", "V_1.0-x", nil),
            ("registry.example:5000/team/app", "registry.example:5000/team/app", nil, nil),
            ("registry.example:5000/team/app:v1", "registry.example:5000/team/app", "v1", nil),
            ("registry.example:5000/team/app@\(digest)", "registry.example:5000/team/app", nil, digest),
            ("registry.example/app:v1@\(digest)", "registry.example/app", "v1", digest),
            ("ubuntu@\(longDigest)", "docker.io/library/ubuntu", nil, longDigest),
            ("localhost/app:v1", "localhost/app", "v1", nil), ("localhost:5000/app", "localhost:5000/app", nil, nil),
            ("sha256", "docker.io/library/sha256", nil, nil), ("sha256:v1", "docker.io/library/sha256", "v1", nil),
        ] as [(String, String, String?, String?)])
    func parses(_ text: String, _ repository: String, _ tag: String?, _ digest: String?) throws {
        let reference = try ImageReference(parsing: text)
        #expect(reference.repository.description == repository)
        #expect(reference.tag == tag)
        #expect(reference.digest?.description == digest)
        #expect(reference.effectiveTag == tag ?? (digest == nil ? "latest" : nil))
        #expect(try ImageReference(parsing: reference.description) == reference)
    }

    @Test(
        "The path of an image at the gateway is the repository behind it, in the namespace of the path",
        arguments: [
            ("gateway.example/registry.example/team/app:v1", nil, "registry.example/team/app:v1"),
            ("gateway.example/acme/registry.example_5000/team/app", "acme", "registry.example:5000/team/app"),
            ("gateway.example/acme/registry.example/team/app:v1@\(digest)", "acme", "registry.example/team/app:v1@\(digest)"),
            ("gateway.example/registry.example_5000/app@\(digest)", nil, "registry.example:5000/app@\(digest)"),
            ("gateway.example/docker.io/ubuntu:22.04", nil, "docker.io/library/ubuntu:22.04"),
            ("Gateway.example/acme/docker.io/ubuntu", "acme", "docker.io/library/ubuntu"),
            ("127.0.0.1:8080/acme/localhost_5000/app", "acme", "localhost:5000/app"),
            // No path of the gateway, another port, and another host.
            ("gateway.example/team", nil, "gateway.example/team"), ("gateway.example/acme/team/app", nil, "gateway.example/acme/team/app"),
            ("gateway.example:8443/acme/registry.example/app", nil, "gateway.example:8443/acme/registry.example/app"),
            ("other.example/acme/registry.example/app", nil, "other.example/acme/registry.example/app"),
            ("acme/registry.example/app", nil, "docker.io/acme/registry.example/app"),
        ] as [(String, String?, String)])
    func gateway(_ text: String, _ namespace: String?, _ canonical: String) throws {
        let gateways = Set(try ["gateway.example", "127.0.0.1:8080"].map { try RegistryAuthority(parsing: $0) })
        let image = try PulledImage(parsing: text, through: gateways)
        #expect(try image.reference == ImageReference(parsing: canonical))
        #expect(image.namespace?.description == namespace)
        let direct = try PulledImage(parsing: text, through: [])
        #expect(try direct.reference == ImageReference(parsing: text) && direct.namespace == nil)
    }

    @Test(
        "A text that is no reference is refused with the rule that it violates",
        arguments: [
            ("", .empty), ("ubuntu:", .imageTag), ("ubuntu:-v1", .imageTag), ("ubuntu:\(String(repeating: "x", count: 129))", .imageTag),
            ("ubuntu@", .imageDigest), ("ubuntu@sha256:0f", .imageDigest),
            ("ubuntu@md5:\(String(repeating: "0f", count: 16))", .imageDigest),
            ("ubuntu@\(digest)@\(digest)", .imageDigest), (digest, .hexadecimal), (String(digest.dropFirst(7)), .hexadecimal),
            ("Ubuntu", .upperCase), ("https://registry.example/app", .scheme), ("registry.example/app\u{7}", .character),
            ("registry.example/a b", .character), ("registry.example/../app", .dotComponent), ("registry.example", .registryOnly),
        ] as [(String, NamingError.Rule)])
    func refuses(_ text: String, _ rule: NamingError.Rule) {
        #expect(throws: NamingError.self, "\(text)") { try ImageReference(parsing: text) }
        #expect(Self.rule(text) == rule, "\(text)")
    }

    private static func rule(_ text: String) -> NamingError.Rule? {
        do {
            _ = try ImageReference(parsing: text)
            return nil
        } catch {
            return error.rule
        }
    }
}

@Suite("Authorities of the gateway")
struct GatewayAuthoritiesTests {
    @Test(
        "The gateway has the authority of the public URL, with and without the scheme's port, and that of the request",
        arguments: [
            ("https://gateway.example", nil, ["gateway.example", "gateway.example:443"]),
            ("https://gateway.example:443", nil, ["gateway.example", "gateway.example:443"]),
            ("http://gateway.example", nil, ["gateway.example", "gateway.example:80"]),
            ("https://gateway.example:8443", nil, ["gateway.example:8443"]), (nil, nil, []), (nil, "10.0.0.1:8080", ["10.0.0.1:8080"]),
            ("http://gateway.example:8080", "other.example", ["gateway.example:8080", "other.example"]), (nil, "[::1]:80", []),
        ] as [(String?, String?, [String])])
    func all(_ url: String?, _ host: String?, _ expected: [String]) {
        #expect(GatewayAuthorities(publicURL: url).all(at: host).map(\.description).sorted() == expected)
    }
}

@Suite("Names of services")
struct ServiceNameTests {
    @Test("A name of a service has 1 to 255 printable characters", arguments: ["a", "web 1", "café", String(repeating: "é", count: 255)])
    func accepts(_ text: String) throws {
        #expect(try ServiceName(parsing: text).description == text)
    }

    @Test(
        "Empty and long names, control characters, line breaks and invisible formatting are refused",
        arguments: [
            "", String(repeating: "x", count: 256), "a\nb", "a\u{0}", "\u{1B}[31m", "a\u{2028}b", "a\u{202E}b", "\u{9B}1m", "\u{FEFF}",
        ])
    func refuses(_ text: String) {
        #expect(throws: NamingError.self) { try ServiceName(parsing: text) }
    }
}
