import Naming
import TestValues
import Testing

@Suite("Parsing names from random texts")
struct RandomNameTests {
    private static let pieces = [
        "a", "b", "z", "0", "1", "9", "f", "A", "Z", ".", "..", "/", "//", ":", "-", "--", "_", "__", "@", "%", "%2F", "[", "]", "\\", "?",
        "#", ";", " ", "\0", "\r\n", "\t", "\u{301}", "\u{FF11}", "é", "①", "~", "0x", "127", "127.0.0.1", "localhost", "docker.io",
        "index.docker.io", "library/", "registry.example", ":443", ":5000", ":0", "sha256:", "://", "team/", "image",
    ]

    /// Pieces of valid names, so that many of the texts are valid.
    private static let harmless = [
        "a", "b", "0", "1", ".", "/", "-", "_", ":", "A", "localhost", "docker.io/", "library/", "registry.example/", ":443/", "1.2.3.4",
    ]

    @Test("The canonical name of a random text parses to the same name and contains only allowed bytes", arguments: 0..<8)
    func canonicalNamesAreStable(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var accepted = 0
        for _ in 0..<4000 {
            let text = randomText(from: seed.isMultiple(of: 2) ? Self.pieces : Self.harmless, using: &generator)
            guard let name = try? RepositoryName(parsing: text) else { continue }
            accepted += 1
            try expectCanonical(name, from: text)
        }
        #expect(accepted > 50)
    }

    @Test("Different repository names have different descriptions")
    func descriptionsAreDistinct() {
        var generator = SeededGenerator(seed: 42)
        var names: [String: RepositoryName] = [:]
        for _ in 0..<20_000 {
            let text = randomText(from: Self.harmless, using: &generator)
            guard let name = try? RepositoryName(parsing: text) else { continue }
            let known = names.updateValue(name, forKey: name.description)
            #expect(known == nil || known == name, "\(text.debugDescription)")
        }
        #expect(names.count > 500)
    }

    @Test("Random bytes do not crash the name parsers", arguments: 0..<4)
    func randomBytes(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(1000 + seed))
        for _ in 0..<4000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = String(decoding: bytes, as: UTF8.self)
            _ = try? RepositoryName(parsing: text)
            _ = try? RegistryAuthority(parsing: text)
            _ = try? NamespaceName(parsing: text)
        }
    }

    private func randomText(from pieces: [String], using generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...7, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }

    private func expectCanonical(_ name: RepositoryName, from text: String) throws {
        let description = name.description
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789.-_/:".utf8)
        #expect(try RepositoryName(parsing: description) == name, "\(text.debugDescription)")
        #expect(description.utf8.allSatisfy(allowed.contains), "\(text.debugDescription)")
        #expect(!name.path.contains(":") && !name.path.contains("//") && !name.path.hasPrefix("/") && !name.path.hasSuffix("/"))
        #expect(!name.path.split(separator: "/").contains { $0 == "." || $0 == ".." })
        #expect(!name.authority.host.contains("_") && !name.authority.host.contains("/"))
    }
}
