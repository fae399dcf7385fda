import Naming
import Testing

@Suite("Agent names")
struct AgentNameTests {
    @Test(
        "An agent name consists of ASCII letters, digits, '.', '_' and dashes, like the name of a host",
        arguments: [
            "a", "host", "Build-Server.example", "node_1", "10.0.0.1", "_a", "a-", "5f2b1c9e-3d4a-4b6c-8d7e",
            String(repeating: "a", count: 128),
        ])
    func accepts(_ text: String) throws {
        #expect(try AgentName(parsing: text).description == text)
    }

    @Test(
        "An invalid agent name is refused",
        arguments: [
            "", ".", "..", ".a", "-a", "a b", "a/b", "a:b", "a%2Fb", "a+b", "a~b", "a\n", "a\0", "é", "\u{FF11}",
            "5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e", "5F2B1C9E-3D4A-4B6C-8D7E-0F1A2B3C4D5E", String(repeating: "a", count: 129),
        ])
    func refuses(_ text: String) throws {
        let error = try #require(throws: NamingError.self) { try AgentName(parsing: text) }
        #expect(error.rule == .agent)
    }

    @Test("Agent names are sorted by text")
    func order() throws {
        #expect(try ["b", "a.b", "a"].map { try AgentName(parsing: $0) }.sorted().map(\.description) == ["a", "a.b", "b"])
    }
}
