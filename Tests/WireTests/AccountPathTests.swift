import Naming
import Testing
import Wire

@Suite("Paths of accounts and organizations")
struct AccountPathTests {
    static let paths: [(String, APIPath.Resource)] =
        (try? [
            ("user/", .users), ("user/carol/", .user(NamespaceName(parsing: "carol"))), ("organization/", .organizations),
            ("organization/acme/", .organization(NamespaceName(parsing: "acme"))),
            ("organization/acme/member/", .members(of: NamespaceName(parsing: "acme"))),
            ("organization/acme/member/carol/", .member(NamespaceName(parsing: "carol"), of: NamespaceName(parsing: "acme"))),
            ("robot/", .robots), ("robot/ci/", .robot(RobotName(parsing: "ci"))), ("robot/user/", .robot(RobotName(parsing: "user"))),
            ("apikey/", .apiKeys), ("apikey/4bVn0cQw8ZrT/", .apiKey("4bVn0cQw8ZrT")),
            ("apikey/4bVn0cQw8ZrT/renewal/", .apiKeyRenewal("4bVn0cQw8ZrT")), ("apikey/self/renewal/", .apiKeyRenewal(nil)),
        ]) ?? []

    @Test("Each path of an account parses to its resource and prints with a trailing slash")
    func roundTrip() throws {
        #expect(Self.paths.count == 13)
        for (rest, resource) in Self.paths {
            let text = "/api/account/v1/\(rest)"
            let path = APIPath(resource)
            #expect(path.description == text)
            #expect(try APIPath(parsing: text) == path)
            #expect(try APIPath(parsing: text.dropLast()) == path)
        }
    }

    @Test("Paths of robots may contain the organization as a namespace", arguments: ["robot/", "robot/ci/"])
    func namespaced(_ rest: String) throws {
        let path = try APIPath(parsing: "/api/account/v1/acme/\(rest)")
        #expect(path.namespace?.description == "acme")
        #expect(path.description == "/api/account/v1/acme/\(rest)")
    }

    @Test(
        "Paths of users, organizations and keys contain no namespace",
        arguments: [
            "acme/user/", "acme/user/carol/", "acme/organization/", "acme/organization/acme/", "acme/organization/acme/member/",
            "acme/apikey/", "acme/apikey/4bVn0cQw8ZrT/",
        ])
    func withoutNamespace(_ rest: String) throws {
        try expect(.unknown, for: rest)
    }

    @Test(
        "An account path outside the API is unknown",
        arguments: [
            "", "users/", "User/", "member/", "member/carol/", "acme/", "acme/member/", "acme/carol/", "robots/", "acme/acme/robot/",
            "robot+ci/", "ACME/robot/", "registry/robot/", "apikeys/", "action/", "repository/", "acme/action/",
            "organization/acme/members/", "organization/acme/Member/", "organization/acme/robot/", "organization/acme/robot/ci/",
            "organization/acme/apikey/", "organization/acme//", "organization/acme/carol/", "organization/acme/member/carol/x/",
            "organization/acme/member/carol//", "organization/acme/member/carol/member/", "apikey//", "apikey/a-b/", "apikey/a/b/",
            "apikey/4bVn0cQw8ZrT//", "apikey/a_b/", "apikey/a b/", "apikey/\u{E9}/", "apikey/\u{FF11}/", "apikey/a%2F/", "apikey/a\0/",
        ])
    func unknown(_ rest: String) throws {
        try expect(.unknown, for: rest)
    }

    @Test("Account resources exist only in the application 'account'", arguments: ["repo", "audit", "app", ""])
    func applications(_ application: String) throws {
        for (rest, _) in Self.paths {
            let error = try #require(throws: APIPath.ParsingError.self) { try APIPath(parsing: "/api/\(application)/v1/\(rest)") }
            #expect(error == .unknown, "\(rest)")
        }
    }

    @Test(
        "An account path with an invalid name is refused with the rule that the name violates",
        arguments: [
            ("user//", .namespace), ("user/Carol/", .namespace), ("user/carol/x/", .namespace), ("user/acme+ci/", .namespace),
            ("user/carol%2F/", .namespace), ("user/user/", .reserved), ("organization//", .namespace), ("organization/a/", .namespace),
            ("organization/registry/", .reserved), ("organization/Acme/member/", .namespace), ("organization/acme/member//", .namespace),
            ("organization/acme/member/c/", .namespace), ("organization/acme/member/member/", .reserved),
            ("organization/acme/member/acme+ci/", .namespace), ("organization//member/carol/", .namespace), ("robot//", .robot),
            ("robot/c/", .robot), ("robot/CI/", .robot), ("robot/ci/x/", .robot), ("acme/robot/acme+ci/", .robot), ("acme/robot//", .robot),
        ] as [(String, NamingError.Rule)])
    func badNames(_ rest: String, _ rule: NamingError.Rule) throws {
        let error = try #require(throws: APIPath.ParsingError.self) { try APIPath(parsing: "/api/account/v1/\(rest)") }
        guard case .name(let naming) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(naming.rule == rule)
    }

    private func expect(_ expected: APIPath.ParsingError, for rest: String) throws {
        let error = try #require(throws: APIPath.ParsingError.self) { try APIPath(parsing: "/api/account/v1/\(rest)") }
        #expect(error == expected)
    }
}
