import Domain
import Naming
import Testing

@testable import RegistryClient

struct RegistryRow: Sendable, CustomTestStringConvertible {
    let name: String
    let isTLS: Bool
    var trust: RegistryTrust

    init(_ name: String, isTLS: Bool = true, isApproved: Bool = false, realm: String? = nil) {
        self.name = name
        self.isTLS = isTLS
        trust = RegistryTrust(isApproved: isApproved, certificateAuthorities: "PEM", realm: realm)
    }

    func endpoint() throws -> RegistryEndpoint {
        RegistryEndpoint(authority: try RegistryAuthority(parsing: name), isTLS: isTLS, trust: trust)
    }

    var testDescription: String { "\(isTLS ? "https" : "http")://\(name) \(trust.realm ?? "")" }

    static let all = [
        RegistryRow("registry.example"), RegistryRow("registry.example:443"), RegistryRow("127.0.0.1:5000", isTLS: false, isApproved: true),
        RegistryRow("docker.io"),
    ]
}

struct AllowedRealm: Sendable, CustomTestStringConvertible {
    let registry: RegistryRow
    let realm: String
    /// The URL of the token request.
    let url: String
    let isApproved: Bool

    init(_ registry: RegistryRow, _ realm: String, at url: String? = nil, isApproved: Bool = false) {
        self.registry = registry
        self.realm = realm
        self.url = url ?? realm
        self.isApproved = isApproved
    }

    var testDescription: String { "\(registry.testDescription): \(realm)" }

    static let all = own + elsewhere

    static let own = [
        AllowedRealm(RegistryRow("registry.example"), "https://registry.example/token"),
        AllowedRealm(RegistryRow("registry.example"), "https://registry.example", at: "https://registry.example/"),
        AllowedRealm(RegistryRow("registry.example"), "https://registry.example?a=b", at: "https://registry.example/?a=b"),
        AllowedRealm(
            RegistryRow("registry.example"), "https://registry.example/token?a=b%20c&d=", at: "https://registry.example/token?a=b%20c&d="),
        AllowedRealm(RegistryRow("registry.example"), "HTTPS://Registry.EXAMPLE/Token", at: "https://registry.example/Token"),
        AllowedRealm(RegistryRow("registry.example"), "https://registry.example:443/token", at: "https://registry.example/token"),
        AllowedRealm(RegistryRow("registry.example:443"), "https://registry.example/token", at: "https://registry.example:443/token"),
        AllowedRealm(RegistryRow("registry.example", isApproved: true), "https://registry.example/a/b@c", isApproved: true),
        AllowedRealm(RegistryRow("10.1.2.3:5000", isApproved: true), "https://10.1.2.3:5000/token", isApproved: true),
        AllowedRealm(RegistryRow("127.0.0.1:5000", isTLS: false), "http://127.0.0.1:5000/token"),
        // https, although the registry uses http.
        AllowedRealm(RegistryRow("127.0.0.1:5000", isTLS: false), "https://127.0.0.1:5000/token"),
        AllowedRealm(RegistryRow("localhost", isTLS: false), "http://localhost:80/token", at: "http://localhost/token"),
        AllowedRealm(RegistryRow("docker.io"), "https://registry-1.docker.io/token"),
    ]

    static let elsewhere = [
        AllowedRealm(RegistryRow("docker.io"), "https://auth.docker.io/token"),
        AllowedRealm(RegistryRow("registry.gitlab.com"), "https://gitlab.com/jwt/auth"),
        // Pinned by its use, which does not approve an address in a private network.
        AllowedRealm(RegistryRow("docker.io", realm: "https://auth.docker.io/token"), "https://auth.docker.io/token"),
        AllowedRealm(RegistryRow("docker.io", isApproved: true), "https://auth.docker.io/token"),
        AllowedRealm(RegistryRow("registry.example", realm: "https://registry.example/token"), "https://registry.example/token"),
        // Approved by an administrator.
        AllowedRealm(RegistryRow("registry.example", realm: "https://auth.example/token"), "https://auth.example/token", isApproved: true),
        AllowedRealm(RegistryRow("registry.example", realm: "https://10.0.0.1:8443/t"), "https://10.0.0.1:8443/t", isApproved: true),
        AllowedRealm(
            RegistryRow("localhost:5000", isTLS: false, realm: "http://localhost:5001/t"), "http://localhost:5001/t", isApproved: true),
    ]
}

struct ForeignRealm: Sendable, CustomTestStringConvertible {
    let registry: RegistryRow
    let realm: String

    init(_ registry: RegistryRow, _ realm: String) {
        self.registry = registry
        self.realm = realm
    }

    var testDescription: String { "\(registry.testDescription): \(realm)" }

    static let all =
        [
            "https://evil.example/token", "https://registry.example.evil/token", "https://evil-registry.example/token",
            "https://sub.registry.example/token", "https://example/token", "https://registry.example:8443/token",
            "https://registry.example:80/token", "https://127.0.0.1/token", "https://169.254.169.254/latest/meta-data",
            "https://localhost/token", "https://auth.docker.io/token", "https://gitlab.com/jwt/auth",
            "https://xn--rgistry-bya.example/token",
        ].map { ForeignRealm(RegistryRow("registry.example"), $0) }
        + [
            ForeignRealm(RegistryRow("docker.io"), "https://auth.docker.io.evil/token"),
            ForeignRealm(RegistryRow("docker.io"), "https://auth.docker.io:8443/token"),
            ForeignRealm(RegistryRow("docker.io"), "https://gitlab.com/jwt/auth"),
            ForeignRealm(RegistryRow("registry.gitlab.com:5000"), "https://gitlab.com/jwt/auth"),
            ForeignRealm(RegistryRow("registry.gitlab.com", isTLS: false), "https://gitlab.com/jwt/auth"),
            ForeignRealm(RegistryRow("localhost", isTLS: false), "https://localhost/token"),
            ForeignRealm(RegistryRow("127.0.0.1:5000", isTLS: false, isApproved: true), "http://127.0.0.1:5001/token"),
            ForeignRealm(RegistryRow("127.0.0.1:5000", isTLS: false, isApproved: true), "http://localhost:5000/token"),
        ]
}

struct ChangedRealm: Sendable, CustomTestStringConvertible {
    let pinned: String
    let named: String

    init(_ pinned: String, _ named: String) {
        self.pinned = pinned
        self.named = named
    }

    var testDescription: String { "\(pinned) → \(named)" }

    static let all = [
        ChangedRealm("https://registry.example/token", "https://evil.example/token"),
        ChangedRealm("https://registry.example/token", "https://registry.example/other"),
        ChangedRealm("https://registry.example/token", "https://registry.example/token/"),
        ChangedRealm("https://registry.example/token", "https://registry.example/Token"),
        ChangedRealm("https://registry.example/token", "https://registry.example:8443/token"),
        ChangedRealm("https://auth.example/token", "https://registry.example/token"),
        ChangedRealm("https://auth.example/token", "https://auth.example.evil/token"),
        ChangedRealm("http://auth.example/token", "https://auth.example/token"),
        ChangedRealm("a malformed URL", "https://registry.example/token"),
    ]
}

struct UnusableRealm: Sendable, CustomTestStringConvertible {
    let text: String

    var testDescription: String { text.debugDescription }

    static let all =
        ([
            // Not a URL of the kind
            "", " ", "token", "/token", "//evil.example/token", "evil.example/token", "https:", "https:/", "https://", "https:///token",
            "https:evil.example/token", "ftp://registry.example/token", "file:///etc/passwd", "javascript:0", "httpſ://registry.example/",
            " https://registry.example/token", "https//registry.example/token", "https:\\\\registry.example/token", "https://?a",
            // Another host than the URL suggests
            "https://registry.example@evil.example/token", "https://registry.example:443@evil.example/", "https://a:b@registry.example/",
            "https://@registry.example/", "https://registry.example\\@evil.example/", "https://evil.example\\.registry.example/",
            "https://registry.example#@evil.example/", "https://registry.example/token#fragment", "https://registry.example%2eevil/",
            "https://registry.example%2f@evil.example/", "https://registry%2eexample/token", "https://registry.example%00.evil/",
            "https://registry.example.:443/token", "https://registry.example./token", "https://.registry.example/token",
            "https://registry..example/token", "https://-registry.example/token", "https://regi_stry.example/token",
            // Ports
            "https://registry.example:/token", "https://registry.example:0/token", "https://registry.example:65536/token",
            "https://registry.example:0443/token", "https://registry.example:+443/token", "https://registry.example:443:443/token",
            "https://registry.example:4 43/token", "https://registry.example:٤٤٣/token", "https://:443/token",
            // Addresses in other spellings
            "https://0x7f.1/token", "https://0x7f000001/token", "https://2130706433/token", "https://127.1/token",
            "https://0177.0.0.1/token", "https://127.0.0.1./token", "https://[::1]/token", "https://[::ffff:127.0.0.1]:443/token",
            // Unicode
            "https://registry。example/token", "https://registry．example/token", "https://rеgistry.example/token",
            "https://registry.example／token", "https://１２７.0.0.1/token", "https://registry.example/tökén", "https://ⓡegistry.example/",
            // Characters whose lower case is an ASCII letter
            "https://to\u{212A}en.example/token",
            // White space and control bytes
            "https://registry.example/to ken", "https://registry.example/\ttoken", "https://registry.example/token\r\nX: y",
            "https://registry.example/token\u{0}", "https://registry.example\n/token", "https://registry.example/token\u{7F}",
            // Characters that are dangerous in a shell, and malformed percent-encoding
            "https://registry.example/$(reboot)", "https://registry.example/;reboot", "https://registry.example/a'b",
            "https://registry.example/a`b`", "https://registry.example/a|b", "https://registry.example/a\"b",
            "https://registry.example/a&b",
            "https://registry.example/<a>", "https://registry.example/{a}", "https://registry.example/%zz", "https://registry.example/%2",
            "https://registry.example/token?a=%", "https://registry.example/token?a=^",
            // Two names of Docker Hub's web site, which is not its registry
            "https://docker.io/token", "https://index.docker.io:443/token",
        ] + ["https://registry.example/" + String(repeating: "a", count: 1000)]).map(UnusableRealm.init)
}
