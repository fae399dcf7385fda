import Naming
import TestValues
import Testing

@Suite("Repository patterns")
struct RepositoryPatternTests {
    @Test(
        "A pattern has one canonical spelling, like a repository name",
        arguments: [
            ("ubuntu", "docker.io/library/ubuntu"), ("team/image", "docker.io/team/image"), ("library/*", "docker.io/library/*"),
            ("docker.io/*", "docker.io/*"), ("index.docker.io/*", "docker.io/*"), ("registry-1.docker.io/team/*", "docker.io/team/*"),
            ("team/*", "docker.io/team/*"), ("REGISTRY.local/team/*", "registry.local/team/*"), ("localhost/*", "localhost/*"),
            ("registry.local:5000/*", "registry.local:5000/*"), ("registry.local/a/b/c/*", "registry.local/a/b/c/*"),
            ("Registry.local/team/image", "registry.local/team/image"), ("127.0.0.1:5000/a/*", "127.0.0.1:5000/a/*"),
        ])
    func canonical(_ text: String, _ expected: String) throws {
        let pattern = try RepositoryPattern(parsing: text)
        #expect(pattern.description == expected)
        #expect(try RepositoryPattern(parsing: expected) == pattern)
        #expect(pattern.authority == (try RepositoryName(parsing: expected.replacing("*", with: "x"))).authority)
        #expect(pattern.name.isWhole == !expected.hasSuffix("*"))
        #expect(pattern.name.text == expected.replacing("*", with: ""))
    }

    @Test(
        "A pattern with a star anywhere but as the last component is refused",
        arguments: [
            ("", .empty), ("*", .component), ("**", .component), ("*/*", .component), ("/*", .leadingSlash), ("//*", .emptyComponent),
            ("a.example/te*", .component), ("a.example/*/x", .component), ("a.example/*x", .component), ("a.example/**", .component),
            ("a.example/*/*", .component), ("a.example//*", .emptyComponent), ("a.example/team//*", .emptyComponent),
            ("a.example/*/", .trailingSlash), ("a.example", .registryOnly), ("a.example/", .trailingSlash), ("*.example/*", .host),
            ("*.example/a", .host), ("a.example:*/x", .port), ("a.example/Team/*", .upperCase), ("a.example/../*", .dotComponent),
            ("a.example/image:v1", .tag), ("a.example/team:v1/*", .tag), ("a.example/*:v1", .tag), ("ubuntu:latest", .tag),
            ("a.example/image@sha256:00", .digest), ("https://a.example/*", .scheme), ("a.example/a%2F*", .percent),
            ("a.example/team /*", .character), ("a.example/e\u{301}/*", .character), ("a.example/\u{2217}", .character),
            ("[::1]/*", .ipv6), ("127.1/*", .numericHost), ("a.example/team/\n*", .character), ("a.example/?", .component),
        ] as [(String, NamingError.Rule)])
    func refuses(_ text: String, _ rule: NamingError.Rule) throws {
        let error = try #require(throws: NamingError.self, "\(text.debugDescription)") { try RepositoryPattern(parsing: text) }
        #expect(error.rule == rule, "\(text.debugDescription)")
    }

    @Test(
        "A pattern matches whole components below its path on its registry",
        arguments: [
            ("a.example/*", ["a.example/x", "a.example/team/image"], ["b.example/x", "a.example:5000/x", "a.example.org/x", "ubuntu"]),
            (
                "a.example/team/*", ["a.example/team/image", "a.example/team/deep/image"],
                ["a.example/team", "a.example/team2/image", "a.example/teams", "a.example/other/team/image", "team/image"]
            ),
            ("a.example/team", ["a.example/team"], ["a.example/team/image", "a.example/tea", "a.example/team2", "b.example/team"]),
            ("ubuntu", ["docker.io/library/ubuntu", "library/ubuntu"], ["ubuntu/x", "a.example/library/ubuntu", "debian"]),
            ("library/*", ["ubuntu", "docker.io/library/debian"], ["team/image", "a.example/library/ubuntu"]),
            ("docker.io/*", ["ubuntu", "team/image", "index.docker.io/a/b"], ["a.example/team/image", "localhost/a"]),
        ])
    func matches(_ text: String, _ inside: [String], _ outside: [String]) throws {
        let pattern = try RepositoryPattern(parsing: text)
        for name in inside { #expect(try pattern.matches(RepositoryName(parsing: name)), "\(name)") }
        for name in outside { #expect(try !pattern.matches(RepositoryName(parsing: name)), "\(name)") }
    }

    @Test("Random patterns and names match if and only if their components do", arguments: 0..<4)
    func model(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var (matched, missed) = (0, 0)
        for _ in 0..<3000 {
            let path = randomComponents(using: &generator).joined(separator: "/")
            let pattern = try RepositoryPattern(parsing: Bool.random(using: &generator) ? path : path + "/*")
            let name = try RepositoryName(parsing: randomComponents(using: &generator).joined(separator: "/"))
            let isMatch = Self.model(pattern.description, name.description)
            #expect(pattern.matches(name) == isMatch, "\(pattern) and \(name)")
            if isMatch { matched += 1 } else { missed += 1 }
        }
        #expect(matched > 40 && missed > 1000, "\(matched) and \(missed)")
    }

    /// A registry and one to three components, from a small set so that matches occur.
    private func randomComponents(using generator: inout SeededGenerator) -> [String] {
        let registry = ["a.example", "a.example:5000", "docker.io"].randomElement(using: &generator) ?? ""
        let path = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            ["a", "aa", "library"].randomElement(using: &generator) ?? ""
        }
        return [registry] + path
    }

    private static func model(_ pattern: String, _ name: String) -> Bool {
        let (wanted, parts) = (pattern.split(separator: "/"), name.split(separator: "/"))
        guard wanted.last == "*" else { return wanted == parts }
        return parts.count >= wanted.count && parts.starts(with: wanted.dropLast())
    }

    @Test("Patterns are sorted by text, and those with the same canonical spelling are equal")
    func order() throws {
        let texts = ["ubuntu", "a.example/*", "docker.io/library/ubuntu", "a.example/a"]
        let patterns = try texts.map { try RepositoryPattern(parsing: $0) }
        #expect(patterns.sorted().map(\.description) == patterns.map(\.description).sorted())
        #expect(Set(patterns).count == 3)
    }
}
