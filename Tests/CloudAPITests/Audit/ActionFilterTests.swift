import Domain
import FoundationEssentials
import TestSupport
import Testing
import Wire

@Suite("Filters of the list of actions")
struct ActionFilterTests {
    /// Six actions, half a minute apart: a created and updated repository, a failed attempt, a member, a robot, and a key.
    private func withSix(_ body: (TestServer, [JSON]) async throws -> Void) async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            _ = try await server.backend.makeAccount("bob")
            let repositories = "/api/repo/v1/acme/repository/"
            for (method, target, body) in [
                ("POST", repositories, #"{"name": "registry.example/a"}"#),
                ("PATCH", repositories + "registry.example/a/", #"{"username": "u", "password": "p"}"#),
                ("POST", repositories, #"{"name": "registry.example/a"}"#),
                ("POST", TestServer.members, #"{"name": "bob", "permission": "read"}"#),
                ("POST", TestServer.robots, #"{"name": "ci", "permission": "read"}"#),
                ("POST", TestServer.keys, #"{"account": "acme+ci"}"#),
            ] {
                _ = try await server.send(method, target, body: body)
                server.backend.clock.advance(by: 30.5)
            }
            let actions = try await server.list(Self.actions)
            #expect(actions.count == 6)
            try await body(server, Array(actions.reversed()))
        }
    }

    private static let actions = "/api/audit/v1/acme/action/"

    private func kinds(_ query: String, on server: TestServer) async throws -> [String] {
        try await server.list(Self.actions + query).compactMap { $0["action"]?.text }
    }

    @Test("Actions can be filtered by identifier, whole or as a prefix, case-insensitively")
    func identifiers() async throws {
        try await withSix { server, actions in
            for action in actions {
                let uuid = try #require(action["uuid"]?.text)
                for query in [
                    "?uuid=\(uuid)", "?uuid=\(uuid.uppercased())", "?uuid__startswith=\(uuid)", "?uuid__startswith=\(uuid.prefix(8))",
                    "?uuid__startswith=\(uuid.prefix(13).uppercased())", "?uuid=\(uuid)&uuid__startswith=\(uuid.prefix(3))",
                ] {
                    #expect(try await server.list(Self.actions + query) == [action], "\(query)")
                }
                for query in [
                    "?uuid=\(uuid.dropLast())", "?uuid=\(uuid)&uuid__startswith=x", "?uuid=x", "?uuid__startswith=%25",
                    "?uuid__startswith=_",
                ] {
                    #expect(try await server.list(Self.actions + query).isEmpty, "\(query)")
                }
            }
            let anyIdentifier = DocumentedPath.actionID
            #expect(try await server.list(Self.actions + "?uuid=\(anyIdentifier)").isEmpty)
        }
    }

    @Test("Actions can be filtered by state and by object, including failed attempts")
    func stateAndObject() async throws {
        try await withSix { server, _ async throws in
            let repository = "/api/repo/v1/acme/repository/registry.example/a/"
            for (query, expected) in [
                ("?state=Failed", ["Repository Create"]), ("?state=In%20progress", []),
                ("?state=Success", ["API Key Create", "Robot Create", "Member Create", "Repository Update", "Repository Create"]),
                ("?object=\(repository)", ["Repository Create", "Repository Update", "Repository Create"]),
                ("?object=\(repository.replacing("/acme/", with: "/"))", ["Repository Create", "Repository Update", "Repository Create"]),
                ("?object=\(repository.replacing("/acme/", with: "/admin/"))", []),
                ("?object=/api/repo/v1/acme/repository/", []),
                ("?object=\(TestServer.members)bob/", ["Member Create"]), ("?object=\(TestServer.robots)ci/", ["Robot Create"]),
                ("?object=\(TestServer.organizations)admin/member/bob/", []), ("?object=nothing", []),
                ("?object=\(repository)&state=Failed", ["Repository Create"]),
            ] {
                #expect(try await kinds(query, on: server) == expected, "\(query)")
            }
        }
    }

    @Test("The object and the dates that an action shows find it as filters")
    func echoed() async throws {
        try await withSix { server, actions in
            for action in actions {
                let object = try #require(action["object"]?.text)
                let (start, end) = (try #require(action["start_date"]?.text), try #require(action["end_date"]?.text))
                let encoded = { (date: String) in date.replacing("+", with: "%2B").replacing(" ", with: "%20") }
                let query =
                    "?object=\(object)&start_date__gte=\(encoded(start))&start_date__lte=\(encoded(start))"
                    + "&end_date__gte=\(encoded(end))&end_date__lte=\(encoded(end))"
                #expect(try await server.list(Self.actions + query).contains(action), "\(query)")
            }
        }
    }

    @Test(
        "Actions can be filtered by dates of RFC 2822 and RFC 3339, inclusively",
        arguments: [
            // The six started at 11:01:43.0, 11:02:13.5, 11:02:44.0, 11:03:14.5, 11:03:45.0 and 11:04:15.5.
            ("start_date__gte", "Mon, 13 Oct 2014 11:03:45 %2B0000", 2), ("start_date__lte", "Mon, 13 Oct 2014 11:02:44 %2B0000", 3),
            ("start_date__lte", "Mon, 13 Oct 2014 11:02:13 %2B0000", 2), ("end_date__gte", "2014-10-13T11:02:44Z", 4),
            ("end_date__gte", "2014-10-13T11:02:45Z", 3), ("end_date__lte", "2014-10-13T11:02:12Z", 1),
            ("start_date__gte", "2014-10-13T13:03:45%2B02:00", 2), ("start_date__gte", "2014-10-13T06:33:45-04:30", 2),
            ("start_date__gte", "2014-10-13T11:02:13.5Z", 5), ("start_date__gte", "2014-10-13T11:02:13.600Z", 4),
            ("start_date__lte", "2014-10-13T11:02:13.499Z", 1), ("start_date__gte", "2014-10-13", 6), ("start_date__gte", "2014-10-14", 0),
            ("end_date__lte", "2014-10-13", 0), ("end_date__lte", "2014-10-14", 6),
        ])
    func dates(_ name: String, _ date: String, _ count: Int) async throws {
        try await withSix { server, _ async throws in
            #expect(try await kinds("?\(name)=\(date.replacing(" ", with: "%20"))", on: server).count == count)
        }
    }

    @Test(
        "Invalid states and dates are rejected by the parameter's name",
        arguments: [
            ("state", "success"), ("state", "Canceled"), ("state", "x"), ("start_date__gte", "yesterday"),
            ("start_date__lte", "1413198103"),
            ("end_date__gte", "2014-13-01"), ("end_date__lte", "2014-02-30"), ("start_date__gte", "2014-10-13T25:00:00Z"),
            ("start_date__gte", "2014-10-13T11:03:45"), ("start_date__gte", "2014-10-13T11:03:45Zx"), ("start_date__gte", "2014-10-13x"),
            ("start_date__gte", "2014-10-13%2011:03:45Z"),
            ("start_date__gte", "Tue, 13 Oct 2014 11:03:45 %2B0000".replacing(" ", with: "%20")),
            ("end_date__gte", "Mon,+13+Oct+2014+11:01:43++0000"), ("start_date", "2014-10-13"), ("action", "x"),
            ("action", "Repository%20pull"), ("repository", "A/b"), ("all_namespaces", "maybe"),
        ])
    func refused(_ name: String, _ value: String) async throws {
        try await TestServer.run { server in
            let response = try await server.get(TestServer.actions + "?\(name)=\(value)")
            #expect(response.status == 400, "\(response.text)")
            #expect(response.error?.contains(name) == true)
        }
    }

    @Test("Several filters must all match, and the links to other pages contain them")
    func combined() async throws {
        try await withSix { server, _ async throws in
            let query = "state=Success&start_date__gte=2014-10-13T11:02:00Z"
            #expect(try await kinds("?\(query)", on: server) == ["API Key Create", "Robot Create", "Member Create", "Repository Update"])
            #expect(
                try await kinds("?\(query)&end_date__lte=2014-10-13T11:03:50Z&object=\(TestServer.robots)ci/", on: server) == [
                    "Robot Create"
                ])
            var target: String? = Self.actions + "?limit=3&\(query)"
            var found: [String] = []
            while let page = target, found.count < 10 {
                let answer = try await server.call("GET", page)
                found += answer["objects"]?.elements.compactMap { $0["action"]?.text } ?? []
                #expect(answer["meta"]?["total_count"]?.number == 4)
                target = answer["meta"]?["next"]?.text
                #expect(target?.contains("state=Success") ?? true)
            }
            #expect(found == ["API Key Create", "Robot Create", "Member Create", "Repository Update"])
        }
    }
}
