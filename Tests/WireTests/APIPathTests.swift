import Foundation
import Naming
import Testing
import Wire

@Suite("Paths of the API")
struct APIPathTests {
    private static let id = "5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e"

    /// The parts of paths after `/api/repo/v1/` or `/api/audit/v1/`, without a namespace.
    private static let paths: [(application: String, rest: String)] =
        [
            "repository/", "repository/docker.io/library/ubuntu/", "repository/registry.local/user1/image1/",
            "repository/registry.local:5000/user1/image1/", "repository/localhost:5000/a/b/c/d/", "repository/docker.io/repository/action/",
            "repository/registry.example/repository/", "registry/", "registry/registry-1.docker.io/", "registry/registry.local:5000/",
            "registry/localhost/", "registry/127.0.0.1:443/", "verification/",
        ].map { ("repo", $0) } + ["action/", "action/\(id)/"].map { ("audit", $0) }

    @Test("Parsing and printing a path reproduces it, with and without a namespace", arguments: paths)
    func roundTrip(_ application: String, _ rest: String) throws {
        for (prefix, namespace) in [("", nil), ("acme/", "acme"), ("user-namespace/", "user-namespace")] {
            let text = "/api/\(application)/v1/\(prefix)\(rest)"
            let path = try APIPath(parsing: text)
            #expect(path.description == text)
            #expect(path.namespace?.description == namespace)
            #expect(try APIPath(parsing: path.description) == path)
        }
    }

    @Test("The trailing slash of a path is optional", arguments: paths)
    func withoutSlash(_ application: String, _ rest: String) throws {
        let text = "/api/\(application)/v1/acme/\(rest)"
        #expect(try APIPath(parsing: text.dropLast()) == APIPath(parsing: text))
    }

    @Test("Parsing the text of a path returns the same path")
    func built() throws {
        let namespace = try NamespaceName(parsing: "acme")
        let resources: [APIPath.Resource] = try [
            .repositories, .repository(RepositoryName(parsing: "ubuntu")), .repository(RepositoryName(parsing: "localhost:5000/a/b")),
            .registries, .registry(.dockerHub), .registry(RegistryAuthority(parsing: "registry.local:5000")), .verifications, .actions,
            .action(UUID()),
        ]
        for path in resources.flatMap({ [APIPath($0), APIPath($0, in: namespace)] }) {
            #expect(try APIPath(parsing: path.description) == path)
        }
    }

    @Test(
        "Paths match Docker Cloud's documentation",
        arguments: [
            ("my.registry.com/myrepo", "/api/repo/v1/user-namespace/repository/my.registry.com/myrepo/"),
            ("ubuntu", "/api/repo/v1/user-namespace/repository/docker.io/library/ubuntu/"),
        ])
    func documented(_ name: String, _ expected: String) throws {
        let path = APIPath(.repository(try RepositoryName(parsing: name)), in: try NamespaceName(parsing: "user-namespace"))
        #expect(path.description == expected)
    }

    @Test("A path may contain any spelling of a repository name")
    func spellings() throws {
        let canonical = try RepositoryName(parsing: "ubuntu")
        for spelling in ["ubuntu", "library/ubuntu", "docker.io/ubuntu", "index.docker.io/library/ubuntu"] {
            #expect(try APIPath(parsing: "/api/repo/v1/repository/\(spelling)/").resource == .repository(canonical))
        }
        #expect(try APIPath(parsing: "/api/repo/v1/registry/docker.io/").resource == .registry(.dockerHub))
        #expect(
            try APIPath(parsing: "/api/repo/v1/repository/Registry.Local/x/").description == "/api/repo/v1/repository/registry.local/x/")
    }

    @Test("The UUID of an action in upper case is parsed and printed in lower case")
    func identifierCase() throws {
        let path = try APIPath(parsing: "/api/audit/v1/action/\(Self.id.uppercased())/")
        #expect(path.description == "/api/audit/v1/action/\(Self.id)/")
    }

    @Test(
        "A path outside the API is unknown",
        arguments: [
            "", "/", "//", "/api", "/api/", "/api/repo", "/api/repo/v1", "/api/repo/v1/", "/api/repo/v2/repository/",
            "/api/repo/v1/repositories/", "/api/repo/v1/Repository/", "/api/repo/v1/acme/", "/api/repo/v1/acme/image/x/",
            "/api/repo/v1//repository/", "/api//v1/repository/", "//api/repo/v1/repository/", "api/repo/v1/repository/",
            "x/api/repo/v1/repository/", "http:/api/repo/v1/repository/", "/API/repo/v1/repository/", "/v2/", "/api/audit/v1/repository/",
            "/api/audit/v1/registry/", "/api/audit/v1/verification/", "/api/repo/v1/verification/registry.local/x/",
            "/api/repo/v1/verification//",
            "/api/repo/v1/action/", "/api/app/v1/repository/", "/api/repo/v1/a/repository/",
            "/api/repo/v1/acme/acme/repository/", "/api/repo/v1/ACME/repository/", "/api/repo/v1/acme%2F/repository/",
            "/api/repo/v1/repository\u{301}/", "/api/repo/v1/ａｃ/repository/",
        ])
    func unknown(_ text: String) throws {
        let error = try #require(throws: APIPath.ParsingError.self) { try APIPath(parsing: text) }
        #expect(error == .unknown)
    }

    @Test(
        "A reserved word is not accepted as a namespace in a path",
        arguments: ["api", "user", "action", "service", "localhost", "token", "account", "organization", "stack"])
    func reserved(_ word: String) throws {
        let error = try #require(throws: APIPath.ParsingError.self) { try APIPath(parsing: "/api/repo/v1/\(word)/repository/") }
        #expect(error == .unknown)
    }

    @Test(
        "The path of an action accepts only a canonical UUID",
        arguments: [
            "x", "5f2b1c9e", id + "0", id + "/x", "/" + id, "+" + id.dropFirst(), " " + id.dropFirst(), "0x" + id.dropFirst(2), "{\(id)}",
            id.replacing("-", with: ""), id + " ",
        ])
    func identifiers(_ item: String) throws {
        let error = try #require(throws: APIPath.ParsingError.self) { try APIPath(parsing: "/api/audit/v1/action/\(item)/") }
        #expect(error == .unknown)
    }

    @Test(
        "A path with an invalid name is refused with the rule that the name violates",
        arguments: [
            ("repository//", .empty),
            ("repository/ubuntu//", .trailingSlash),
            ("repository//ubuntu/", .leadingSlash),
            ("repository/registry.local//x/", .emptyComponent),
            ("repository/registry.local/../x/", .dotComponent),
            ("repository/../x/", .dotComponent),
            ("repository/ubuntu:latest/", .tag),
            ("repository/ubuntu@sha256:00/", .digest),
            ("repository/http://registry.local/x/", .scheme),
            ("repository/registry.local/Team/x/", .upperCase),
            ("repository/registry.local%2Fx/", .percent),
            ("repository/registry.local:99999/x/", .port),
            ("repository/127.1/x/", .numericHost),
            ("repository/[::1]/x/", .ipv6),
            ("repository/registry.local/", .registryOnly),
            ("repository/registry.local/a\0/", .character),
            ("repository/registry.local/e\u{301}/", .character),
            ("registry//", .empty),
            ("registry/registry.local/x/", .host),
            ("registry/registry.local:0/", .port),
            ("registry/repository/ubuntu/", .host),
            ("registry/0x7f.1/", .numericHost),
        ] as [(String, NamingError.Rule)])
    func badNames(_ rest: String, _ rule: NamingError.Rule) throws {
        for prefix in ["", "acme/"] {
            let error = try #require(throws: APIPath.ParsingError.self) { try APIPath(parsing: "/api/repo/v1/\(prefix)\(rest)") }
            guard case .name(let naming) = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(naming.rule == rule)
        }
    }

    @Test("A repository name may contain the words for resources")
    func resourceWordsInNames() throws {
        let name = try RepositoryName(parsing: "registry.local/repository/registry")
        let path = APIPath(.repository(name), in: try NamespaceName(parsing: "acme"))
        #expect(try APIPath(parsing: path.description).resource == .repository(name))
        #expect(
            try APIPath(parsing: "/api/repo/v1/repository/repository/").description
                == "/api/repo/v1/repository/docker.io/library/repository/")
    }
}
