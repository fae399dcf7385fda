import Naming
import Testing

@Suite("Namespace names")
struct NamespaceNameTests {
    @Test(
        "A namespace name consists of lower-case letters, digits and single dashes",
        arguments: ["ab", "a1", "12", "acme", "user-namespace", "a-b-c", "0-0", String(repeating: "a", count: 30), "users", "v1"])
    func accepts(_ text: String) throws {
        #expect(try NamespaceName(parsing: text).description == text)
    }

    @Test(
        "An invalid namespace name is refused",
        arguments: [
            "", "a", String(repeating: "a", count: 31), String(repeating: "a", count: 1000), "Acme", "ACME", "-a", "a-", "a--b", "--",
            "-", "a_b", "a.b", "a b", "a/b", "a%2Fb", "a:b", "ab\n", "ab\0", " ab", "é1", "e\u{301}a", "ａｂ", "\u{FF11}\u{FF12}", "①②",
        ])
    func refuses(_ text: String) throws {
        let error = try #require(throws: NamingError.self) { try NamespaceName(parsing: text) }
        #expect(error.rule == .namespace)
    }

    @Test(
        "The words for resources and localhost are reserved namespace names",
        arguments: [
            "account", "action", "api", "apikey", "container", "localhost", "member", "node", "organization", "registry", "repository",
            "robot", "service", "stack", "token", "user", "verification",
        ])
    func reserved(_ text: String) throws {
        let error = try #require(throws: NamingError.self) { try NamespaceName(parsing: text) }
        #expect(error.rule == .reserved)
    }

    @Test("A namespace in an image name is never parsed as a registry's host")
    func neverAHost() throws {
        for text in ["acme", "12", "a-b", "registry1"] {
            let namespace = try NamespaceName(parsing: text)
            #expect(try RepositoryName(parsing: "\(namespace)/image").authority == .dockerHub)
        }
    }

    @Test("Namespace names are sorted by text")
    func order() throws {
        let names = try ["b1", "a-b", "ab"].map { try NamespaceName(parsing: $0) }
        #expect(names.sorted().map(\.description) == ["a-b", "ab", "b1"])
    }
}
