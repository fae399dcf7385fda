import Testing

/// An invalid repository name, and a part of its error message.
struct BrokenName: Sendable, CustomTestStringConvertible {
    let text: String
    let rule: String

    var testDescription: String { String(text.prefix(40)) }

    init(_ text: String, _ rule: String) {
        self.text = text
        self.rule = rule
    }

    /// The names that reach the router as a path.
    static let inPaths = [
        BrokenName("registry.example/team/image:v1", "leave out the tag"), BrokenName("ubuntu:latest", "leave out the tag"),
        BrokenName("registry.example/team/image@sha256:0123", "leave out the digest"),
        BrokenName("registry.example/Team/image", "lower-case"),
        BrokenName("Ubuntu", "lower-case"), BrokenName("registry.example/" + String(repeating: "a", count: 300), "too long"),
        BrokenName("registry.example:99999/a", "port"), BrokenName("registry.example:0/a", "port"),
        BrokenName("registry.example:/a", "port"),
        BrokenName(String(repeating: "0123abcd", count: 8), "64 hexadecimal"),
        BrokenName("registry.example", "a repository on it is missing"),
        BrokenName("[::1]:5000/a", "IPv6"), BrokenName("0x7f.1/a", "four decimal parts"), BrokenName("127.1/a", "four decimal parts"),
        BrokenName("-x.example/a", "valid DNS name"), BrokenName("a_b.example/a", "valid DNS name"),
        BrokenName("registry.example/_a", "component"),
        BrokenName("registry.example/a___b", "component"), BrokenName("registry.example/a.", "component"),
        BrokenName("registry.example/a'b", "component"),
        BrokenName("registry.example/a*", "component"), BrokenName("registry.example/$(id)", "component"),
    ]

    /// The names that the check of the target already rejects.
    static let neverInPaths = [
        BrokenName("https://registry.example/a", "leave out the scheme"), BrokenName("http://ubuntu", "leave out the scheme"),
        BrokenName("", "empty"), BrokenName("registry.example/../a", "'..'"), BrokenName("registry.example/./a", "'.'"),
        BrokenName("registry.example/..", "'..'"), BrokenName("registry.example//a", "'//'"),
        BrokenName("registry.example/a%2Fb", "percent-encoding"),
        BrokenName("registry.example/a%00", "percent-encoding"), BrokenName("registry.example/é", "printable ASCII"),
        BrokenName("registry.example/a\u{301}", "printable ASCII"), BrokenName("ubuntu\u{0}", "printable ASCII"),
        BrokenName("registry.example/a b", "printable ASCII"), BrokenName("registry.example/a\n", "printable ASCII"),
        BrokenName("registry.example/a/", "ends in a '/'"), BrokenName("/registry.example/a", "begins with a '/'"),
        BrokenName("registry.example/a;b", "component"), BrokenName("registry.example/a\\b", "component"),
        BrokenName("registry.example/a#b", "component"),
        BrokenName("registry.example/a?b", "component"),
    ]
}
