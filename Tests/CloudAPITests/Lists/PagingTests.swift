import TestSupport
import Testing
import Wire

@Suite("Pages of a list")
struct PagingTests {
    private static let names = (0..<60).map { "registry.example/r\($0 / 10)\($0 % 10)" }

    private func withSixty(_ body: (TestServer) async throws -> Void) async throws {
        try await TestServer.run { server in
            for name in Self.names.shuffled() { try await server.register(name, query: "?verify=false") }
            try await body(server)
        }
    }

    @Test("Following next visits the whole list, and previous leads back")
    func following() async throws {
        try await withSixty { server in
            for start in ["", "?limit=7", "?limit=60", "?limit=1000&name__startswith=reg", "?registry=registry.example&limit=25"] {
                var target: String? = TestServer.repositories + start
                var last = ""
                var names: [String] = []
                for _ in 0..<20 {
                    guard let page = target else { break }
                    #expect(page.hasPrefix("/api/"))
                    let response = try await server.get(page)
                    names += try response.names
                    #expect(try response.json["meta"]?["total_count"]?.number == 60)
                    #expect(try response.json["meta"]?.members == ["limit", "next", "offset", "previous", "total_count"])
                    last = page
                    target = try response.json["meta"]?["next"]?.text
                }
                #expect(names == Self.names, "\(start)")
                var pages = 0
                while let previous = try await server.get(last).json["meta"]?["previous"]?.text, pages < 20 {
                    last = previous
                    pages += 1
                }
                #expect(try await server.get(last).names.first == Self.names[0])
            }
        }
    }

    @Test("Lists are correct for extreme values of limit and offset")
    func edges() async throws {
        try await withSixty { server in
            let cases: [(query: String, count: Int, limit: Int, next: String?, previous: String?)] = [
                ("", 25, 25, "?limit=25&offset=25", nil), ("?limit=0", 60, 1000, nil, nil), ("?limit=1001", 60, 1000, nil, nil),
                ("?offset=50", 10, 25, nil, "?limit=25&offset=25"), ("?offset=10", 25, 25, "?limit=25&offset=35", "?limit=25&offset=0"),
                ("?offset=60", 0, 25, nil, "?limit=25&offset=35"), ("?offset=999999999999", 0, 25, nil, "?limit=25&offset=999999999974"),
                ("?limit=60", 60, 60, nil, nil), ("?limit=59", 59, 59, "?limit=59&offset=59", nil),
                ("?name__contains=r0&limit=4", 4, 4, "?limit=4&name__contains=r0&offset=4", nil),
                (
                    "?limit=4&registry=%2Fapi%2Frepo%2Fv1%2Fregistry%2Fregistry.example%2F", 4, 4,
                    "?limit=4&offset=4&registry=/api/repo/v1/registry/registry.example/", nil
                ),
            ]
            for (query, count, limit, next, previous) in cases {
                let response = try await server.get(TestServer.repositories + query)
                let meta = try response.json["meta"]
                #expect(try response.names.count == count, "\(query)")
                #expect(meta?["limit"]?.number == limit)
                // The link has both cursor and offset, so that clients may use either.
                let found = meta?["next"]?.text?.replacing(/after=[^&]*&/, with: "")
                #expect(found == next.map { TestServer.repositories + $0 }, "\(query)")
                #expect(meta?["previous"] == previous.map { .string(TestServer.repositories + $0) } ?? .null)
            }
        }
    }

    @Test("next leads to the rest of the list, even if earlier items were removed", arguments: [25, 7])
    func removed(_ limit: Int) async throws {
        try await withSixty { server in
            let first = try await server.get("\(TestServer.repositories)?limit=\(limit)")
            for name in Self.names.prefix(3) {
                #expect(try await server.send("DELETE", "\(TestServer.repositories)\(name)/").status == 204)
            }
            let next = try #require(try first.json["meta"]?["next"]?.text)
            let second = try await server.get(next)
            #expect(try second.names == Array(Self.names.dropFirst(limit).prefix(limit)))
            #expect(try second.json["meta"]?["offset"]?.number == limit)
            #expect(try second.json["meta"]?["total_count"]?.number == 57)
            let previous = try #require(try second.json["meta"]?["previous"]?.text)
            #expect(!previous.contains("after"))
        }
    }

    @Test("Following next visits the whole list, even if all rows of a page were changed outside the server", arguments: [1, 2, 3, 7])
    func omitted(_ limit: Int) async throws {
        let backend = try await TestBackend()
        try await TestServer.run(on: backend) { server in
            let names = (10..<20).map { "r\($0).example/image" }
            let forged = (13..<18).map { "r\($0).example/image" }
            for name in names where !forged.contains(name) { try await server.register(name, query: "?verify=false") }
            try await backend.addForgedRepositories(forged)
            for list in [TestServer.repositories, TestServer.registries] {
                var target: String? = "\(list)?limit=\(limit)"
                var (found, omitted, pages): ([String], Int, Int) = ([], 0, 0)
                while let page = target, pages < 20 {
                    let response = try await server.get(page)
                    found += try response.names
                    omitted += Int(try response.json["meta"]?["omitted"]?.number ?? 0)
                    target = try response.json["meta"]?["next"]?.text
                    #expect(target.map { $0.contains("?after=") } ?? true)
                    pages += 1
                }
                let suffix = list == TestServer.registries ? "/image".count : 0
                #expect(found == names.filter { !forged.contains($0) }.map { String($0.dropLast(suffix)) })
                #expect(pages == (names.count + limit - 1) / limit && omitted == forged.count)
            }
        }
    }

    @Test("Following next visits all registries, even if earlier ones were removed")
    func registries() async throws {
        try await TestServer.run { server in
            let hosts = (10..<20).map { "r\($0).example" }
            for host in hosts { try await server.register("\(host)/image", query: "?verify=false") }
            let first = try await server.get("\(TestServer.registries)?limit=4&is_docker_registry=false")
            #expect(try first.names == Array(hosts.prefix(4)))
            for host in hosts.prefix(3) { _ = try await server.send("DELETE", "\(TestServer.repositories)\(host)/image/") }
            var names: [String] = []
            var target = try first.json["meta"]?["next"]?.text
            while let page = target {
                let response = try await server.get(page)
                #expect(try response.json["meta"]?["total_count"]?.number == 7)
                names += try response.names
                target = try response.json["meta"]?["next"]?.text
            }
            #expect(names == Array(hosts.dropFirst(4)))
        }
    }

    @Test("An invalid cursor is rejected; nothing follows the cursor of a deleted action")
    func cursors() async throws {
        try await TestServer.run { server in
            try await server.register("registry.example/a")
            for (list, cursor) in [
                (TestServer.repositories, "%25"), (TestServer.repositories, "A b"), (TestServer.actions, "1"),
                (TestServer.registries, "a/b"),
            ] {
                let response = try await server.get("\(list)?after=\(cursor.replacing(" ", with: "%20"))")
                #expect(response.status == 400 && response.error?.contains("after must be the") == true, "\(cursor)")
            }
            let none = try await server.get("\(TestServer.actions)?after=01234567-89ab-4def-8123-456789abcdef")
            #expect(try none.json["objects"]?.elements.isEmpty == true && none.json["meta"]?["next"] == .null)
        }
    }

    @Test("next stays in the requested namespace and path")
    func namespaces() async throws {
        try await TestServer.run { server in
            for name in ["registry.example/a", "registry.example/b"] { try await server.register(name) }
            for path in ["/api/repo/v1/admin/repository/", "/api/repo/v1/repository/", "/api/audit/v1/admin/action/"] {
                let next = try await server.get(path + "?limit=1").json["meta"]?["next"]?.text
                let cursor = try #require(next?.firstMatch(of: /\?after=([^&]+)&/)?.1)
                #expect(next == path + "?after=\(cursor)&limit=1&offset=1")
            }
        }
    }

    @Test(
        "A limit or offset that is not a number is rejected on every list",
        arguments: [TestServer.repositories, TestServer.registries, TestServer.actions])
    func noNumbers(_ path: String) async throws {
        try await TestServer.run { server in
            for value in ["-1", "x", "1.5", "99999999999999999999", "%00", "1%20OR%201"] {
                for name in ["limit", "offset"] {
                    let response = try await server.get("\(path)?\(name)=\(value)")
                    #expect(response.status == 400, "\(name)=\(value)")
                    #expect(response.error != nil)
                }
            }
        }
    }
}
