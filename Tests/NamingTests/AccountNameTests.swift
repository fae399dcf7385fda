import Naming
import Testing

@Suite("Account names")
struct AccountNameTests {
    @Test(
        "The account name of a person is the name of the person's namespace",
        arguments: ["ab", "carol", "a-b-c", String(repeating: "a", count: 30)])
    func person(_ text: String) throws {
        let name = try AccountName(parsing: text)
        #expect(name == AccountName(try NamespaceName(parsing: text)))
        #expect(name.namespace.description == text)
        #expect(name.robot == nil)
        #expect(name.description == text)
    }

    @Test(
        "The account name of a robot is organization+robot",
        arguments: [("acme", "ci"), ("a-b", "c-d"), ("12", "34"), (String(repeating: "a", count: 30), String(repeating: "b", count: 30))])
    func robot(_ organization: String, _ robot: String) throws {
        let name = try AccountName(parsing: "\(organization)+\(robot)")
        #expect(name.namespace.description == organization)
        #expect(name.robot?.description == robot)
        #expect(name == AccountName(try NamespaceName(parsing: organization), robot: try RobotName(parsing: robot)))
        #expect(name != AccountName(name.namespace))
        #expect(name.description == "\(organization)+\(robot)")
    }

    @Test(
        "An invalid account name is refused with the rule that it violates",
        arguments: [
            ("", .namespace), ("+", .namespace), ("+ci", .namespace), ("Acme", .namespace), ("Acme+ci", .namespace),
            ("acme +ci", .namespace),
            ("a+ci", .namespace), ("registry+ci", .reserved), ("robot", .reserved), ("acme+", .robot), ("acme+c", .robot),
            ("acme++ci", .robot), ("acme+ci+ci", .robot), ("acme+ci+", .robot), ("acme+CI", .robot), ("acme+c i", .robot),
            ("acme+ci\n", .robot), ("acme+ci\0", .robot), ("acme+c\u{301}i", .robot), ("acme\u{FF0B}ci", .namespace),
            ("acme%2Bci", .namespace),
        ] as [(String, NamingError.Rule)])
    func refuses(_ text: String, _ rule: NamingError.Rule) throws {
        let error = try #require(throws: NamingError.self) { try AccountName(parsing: text) }
        #expect(error.rule == rule)
    }

    @Test("Account names are sorted by text")
    func order() throws {
        let sorted = ["acme", "acme+ci", "acme+deploy", "acme-2", "acme2", "zed"]
        #expect(try sorted.reversed().map { try AccountName(parsing: $0) }.sorted().map(\.description) == sorted)
    }
}

@Suite("Robot names")
struct RobotNameTests {
    @Test(
        "A robot name consists of lower-case letters, digits and single dashes; no word is reserved",
        arguments: ["ab", "a1", "12", "build-server", "a-b-c", "registry", "robot", "localhost", String(repeating: "a", count: 30)])
    func accepts(_ text: String) throws {
        #expect(try RobotName(parsing: text).description == text)
    }

    @Test(
        "An invalid robot name is refused",
        arguments: [
            "", "a", String(repeating: "a", count: 31), String(repeating: "a", count: 1000), "Ci", "CI", "-a", "a-", "a--b", "--", "-",
            "a_b", "a.b", "a b", "a/b", "a+b", "a%2Fb", "a:b", "ab\n", "ab\0", " ab", "é1", "e\u{301}a", "\u{FF11}\u{FF12}", "①②",
        ])
    func refuses(_ text: String) throws {
        let error = try #require(throws: NamingError.self) { try RobotName(parsing: text) }
        #expect(error.rule == .robot)
    }

    @Test("Robot names are sorted by text")
    func order() throws {
        #expect(try ["b1", "a-b", "ab"].map { try RobotName(parsing: $0) }.sorted().map(\.description) == ["a-b", "ab", "b1"])
    }
}
