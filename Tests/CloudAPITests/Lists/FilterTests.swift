import TestSupport
import Testing
import Wire

@Suite("Filters of the list of repositories")
struct FilterTests {
    private static let names = [
        "docker.io/library/ubuntu", "registry.example/team/image", "registry.example/team/image2", "registry.example:5000/a_b",
    ]

    private static let cases: [(query: String, expected: [Int])] = [
        ("", [0, 1, 2, 3]), ("?name=ubuntu", [0]), ("?name=docker.io%2Flibrary%2Fubuntu", [0]), ("?name=registry.example/team/image", [1]),
        ("?name=REGISTRY.example/team/image", [1]), ("?name=registry.example/team", []), ("?name=registry.example/Team/image", []),
        ("?name=registry.example/team/image:v1", []), ("?name=", [0, 1, 2, 3]), ("?name=%25", []),
        ("?name__startswith=registry.example/", [1, 2]),
        ("?name__startswith=registry", [1, 2, 3]), ("?name__startswith=ubuntu", []), ("?name__startswith=Registry", []),
        ("?name__startswith=%C3%A9", []), ("?name__contains=image", [1, 2]), ("?name__contains=a_b", [3]), ("?name__contains=_", [3]),
        ("?name__contains=%25", []), ("?name__contains=IMAGE", []), ("?name__contains=5000/", [3]),
        ("?registry=/api/repo/v1/registry/registry.example/", [1, 2]), ("?registry=/api/repo/v1/admin/registry/registry.example/", [1, 2]),
        ("?registry=%2Fapi%2Frepo%2Fv1%2Fregistry%2Fregistry.example%3A5000%2F", [3]), ("?registry=registry.example", [1, 2]),
        ("?registry=registry.example:5000", [3]), ("?registry=/api/repo/v1/admin/registry/registry-1.docker.io/", [0]),
        ("?registry=docker.io", [0]),
        ("?registry=/api/repo/v1/alice/registry/registry.example/", []), ("?registry=none.example", []), ("?in_use=false", [0, 1, 2, 3]),
        ("?in_use=true", []), ("?in_use=False", [0, 1, 2, 3]), ("?in_use=", [0, 1, 2, 3]),
        ("?name__startswith=registry&name__contains=image2&in_use=false&registry=registry.example", [2]),
        ("?name=ubuntu&registry=registry.example", []),
    ]

    @Test("Each filter finds and counts the matching repositories")
    func filters() async throws {
        try await TestServer.run { server in
            for name in Self.names { try await server.register(name) }
            for (query, expected) in Self.cases {
                let response = try await server.get(TestServer.repositories + query)
                #expect(try response.names == expected.map { Self.names[$0] }, "\(query)")
                #expect(try response.json["meta"]?["total_count"]?.number == expected.count, "\(query)")
            }
        }
    }

    @Test(
        "A misspelled filter or one with an invalid value is rejected by name",
        arguments: [
            ("?nmae=x", "'nmae'"), ("?Name=x", "'Name'"), ("?name__endswith=x", "'name__endswith'"), ("?in_use=maybe", "'in_use'"),
            ("?registry=/api/repo/v1/repository/", "registry must be"), ("?registry=a%20b", "registry must be"),
            ("?registry=https://x", "registry must be"),
            ("?name=a&name=b", "'name'"), ("?verify=true", "'verify'"), ("?name=%FF", "UTF-8"), ("?%C3%A9=1", "'é'"),
        ])
    func refused(_ query: String, _ part: String) async throws {
        try await TestServer.run { server in
            let response = try await server.get(TestServer.repositories + query)
            #expect(response.status == 400)
            #expect(response.error?.contains(part) == true, "\(response.text)")
        }
    }

    @Test("Requests for an item accept no query parameter except verify on changes")
    func items() async throws {
        try await TestServer.run { server in
            try await server.register("registry.example/a")
            let path = TestServer.repositories + "registry.example/a/"
            for (method, query) in [
                ("GET", "limit=1"), ("GET", "verify=true"), ("DELETE", "verify=false"), ("PATCH", "name=x"), ("DELETE", "x=1"),
            ] {
                #expect(try await server.send(method, "\(path)?\(query)", body: "{}").status == 400, "\(method) \(query)")
            }
            #expect(try await server.get(path).status == 200)
        }
    }
}
