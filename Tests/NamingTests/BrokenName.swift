import Naming
import Testing

/// The rule that a text violates; nil if it is a valid repository name.
func brokenRule(of text: String) -> NamingError.Rule? {
    do {
        _ = try RepositoryName(parsing: text)
        return nil
    } catch {
        return error.rule
    }
}

/// Invalid repository names, with the first rule that they violate.
struct BrokenName: Sendable, CustomTestStringConvertible {
    let rule: NamingError.Rule
    let texts: [String]

    init(_ rule: NamingError.Rule, _ texts: String...) {
        self.rule = rule
        self.texts = texts
    }

    var testDescription: String { "\(rule)" }

    /// A valid host of this length, with labels of up to 50 characters.
    static func host(length: Int) -> String {
        let labels = String(repeating: String(repeating: "a", count: 49) + ".", count: length / 50)
        return labels + String(repeating: "b", count: length - labels.utf8.count)
    }
}

extension BrokenName {
    static let all = text + path + registry

    private static let text = [
        BrokenName(.empty, ""),
        BrokenName(
            .tooLong, String(repeating: "a", count: 300), "registry.example/" + String(repeating: "a", count: 300),
            String(repeating: "a/", count: 150) + "a", String(repeating: "x", count: 100_000), String(repeating: "/", count: 100_000)),
        BrokenName(
            .character, "registry.example/im age", " ubuntu", "ubuntu\n", "registry.example/a\r\nHost: other.example", "a\tb",
            "registry.example/a\0", "\0", "a\u{7F}", "registry.example/caf\u{E9}", "registry.example/cafe\u{301}",
            "\u{FF11}\u{FF12}\u{FF17}.0.0.1/x", "①②⑦.0.0.1/x", "registry\u{3002}example/x", "registry.example/\u{FF41}",
            "registry.example:\u{FF18}\u{FF10}/x", "registry.example/x\u{200B}", "\u{FEFF}ubuntu", "\u{430}.example/x", "🐳"),
        BrokenName(.percent, "registry.example%2Fimage", "registry.example/team%2Fimage", "%75buntu", "registry.example/a%", "%00/x"),
        BrokenName(
            .scheme, "http://registry.example/image", "https://registry.example/image", "HTTPS://registry.example/image",
            "docker://ubuntu", "://x", "registry.example/a://b"),
        BrokenName(
            .digest, "ubuntu@sha256:" + String(repeating: "0", count: 64), "registry.example/team/image:v1@sha256:00",
            "user@registry.example/image", "u@h.x/y", "user:password@registry.example:5000/image", "@", "registry.example@/x"),
        BrokenName(.leadingSlash, "/ubuntu", "/registry.example/image", "/", "/../x"),
        BrokenName(.trailingSlash, "ubuntu/", "registry.example/image/", "registry.example/", "registry.example:5000/", "../"),
    ]

    private static let path = [
        BrokenName(
            .tag, "ubuntu:24.04", "user/image:v1", "registry.example/image:v1", "registry.example:5000/team/image:v1",
            "localhost:5000", "registry.example/te:am/image"),
        BrokenName(.emptyComponent, "registry.example//image", "//ubuntu", "user//", "//", "a///b"),
        BrokenName(
            .dotComponent, "registry.example/../image", "registry.example/team/..", "registry.example/./image", "../x", "./x", "..",
            ".", "user/../image"),
        BrokenName(
            .upperCase, "Ubuntu", "registry.example/Team/image", "registry.example/team/imagE", "User/image", "Registry/image",
            "user/IMAGE"),
        BrokenName(
            .component, "registry.example/a..b", "registry.example/a___b", "registry.example/a._b", "registry.example/-a",
            "registry.example/a-", "registry.example/_a", "registry.example/a_", "registry.example/.a", "registry.example/a.",
            "registry.example/a\\b", "registry.example/a?b", "registry.example/a#b", "registry.example/a;b", "registry.example/a+b",
            "registry.example/a~b", "registry.example/a&b", "registry.example/a=b", "registry.example/a*", "registry.example/a'b",
            "registry.example/a\"b", "registry.example/{a}", "registry.example/...", "a_-b", "user\\image", "-", "_/x", "a,b"),
        BrokenName(.hexadecimal, String(repeating: "0", count: 64), String(repeating: "deadbeef", count: 8)),
        BrokenName(
            .registryOnly, "registry.example", "localhost", "LOCALHOST", "docker.io", "127.0.0.1", "a.b", "Registry.Local", "[",
            "..."),
    ]

    private static let registry = [
        BrokenName(
            .host, "localhost./x", "registry.example./x", ".example/x", ".../x", "registry..example/x", "-registry.example/x",
            "registry-.example/x", "registry.-example/x", "reg_istry.example/x", "registry.example\\evil/x", "registry.example?/x",
            "registry.example#/x", "registry.example;/x", "regi*try.example/x", ":5000/x", "~.example/x", "a,b.example/x"),
        BrokenName(
            .numericHost, "127.1/x", "2130706433:80/x", "0177.0.0.1/x", "0x7f.1/x", "0x7F.0.0.1/x", "0x7f000001:80/x", "127.0.1/x",
            "127.0.0.0x1/x", "127.0.0.0x/x", "256.0.0.1/x", "1.2.3.4.5/x", "1.2.3.04/x", "registry.127/x", "registry.0xab/x", "1:2/x",
            "127.0.0.4294967297/x", "127.0.0.99999999999999999999/x"),
        BrokenName(
            .ipv6, "[::1]/x", "[::1]:5000/x", "[fe80::1]:5000/team/image", "[::ffff:127.0.0.1]/x", "[v1.x]/x", "[/x"),
        BrokenName(
            .port, "registry.example:99999/x", "registry.example:0/x", "registry.example:08080/x", "registry.example:/x",
            "registry.example:65536/x", "registry.example:-1/x", "registry.example:+80/x", "registry.example:80:80/x",
            "registry.example:0x50/x", "registry.example:http/x", "registry.example:8_0/x", "localhost:/x",
            "registry.example:99999999999999999999/x", "registry.example:5000\\/x", "docker.io:/x", "http:/registry.example/x"),
    ]
}
