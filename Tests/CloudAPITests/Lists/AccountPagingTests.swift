import Domain
import FoundationEssentials
import Naming
import Storage
import TestSupport
import Testing
import Wire

@Suite("Pages of lists of users, organizations, members, robots and keys")
struct AccountPagingTests {
    /// The lists, with the attribute that is the cursor, and a cursor of another kind.
    private static let lists: [(path: String, attribute: String, foreign: String)] = [
        (TestServer.users, "name", "acme%2Bci"), (TestServer.organizations, "name", "Acme"), (TestServer.members, "name", "acme%2Bci"),
        (TestServer.robots, "name", "acme%2Bci"), (TestServer.keys, "id", "a-b"), (organizationKeys, "id", "lm_"),
    ]
    private static let organizationKeys = TestServer.keys + "?organization=acme"

    private static func with(_ path: String, _ query: String) -> String { path + (path.contains("?") ? "&" : "?") + query }

    /// Runs a server on which each list has 31 items or more.
    private func withAccounts(_ body: (TestServer) async throws -> Void) async throws {
        try await TestServer.run { server in
            let backend = server.backend
            try await backend.makeOrganization()
            for number in 10..<40 {
                try await backend.makeOrganization("other\(number)")
                try await backend.makeMember("user\(number)", .read)
                try await backend.makeRobot("robot\(number)")
                _ = try await backend.makeKey(of: "admin")
            }
            try await body(server)
        }
    }

    /// Follows `next` from a page. Returns the values of an attribute of all objects.
    private func follow(_ start: String, _ attribute: String, on server: TestServer) async throws -> (values: [String], pages: Int) {
        var (values, pages): ([String], Int) = ([], 0)
        var target: String? = start
        while let page = target, pages < 100 {
            let list = try await server.call("GET", page)
            values += list["objects"]?.elements.compactMap { $0[attribute]?.text } ?? []
            target = list["meta"]?["next"]?.text
            #expect(target.map { $0.contains("after=") && $0.contains("offset=") } ?? true)
            pages += 1
        }
        return (values, pages)
    }

    @Test("Following next visits each list once, in its order, in pages of every length")
    func following() async throws {
        try await withAccounts { server in
            for list in Self.lists {
                let (whole, _) = try await follow(Self.with(list.path, "limit=1000"), list.attribute, on: server)
                #expect(whole.count >= 30 && Set(whole).count == whole.count, "\(list.path)")
                for limit in [1, 7, 25] {
                    let (values, pages) = try await follow(Self.with(list.path, "limit=\(limit)"), list.attribute, on: server)
                    #expect(values == whole && pages == (whole.count + limit - 1) / limit, "\(list.path), \(limit)")
                }
                // Clients that only know the offset.
                var values: [String] = []
                for offset in stride(from: 0, to: whole.count, by: 7) {
                    let page = Self.with(list.path, "limit=7&offset=\(offset)")
                    values += try await server.list(page).compactMap { $0[list.attribute]?.text }
                }
                #expect(values == whole, "\(list.path)")
            }
            for isDisabled in [true, false] {
                let (values, _) = try await follow(TestServer.users + "?limit=4&is_disabled=\(isDisabled)", "name", on: server)
                #expect(values.count == (isDisabled ? 0 : 31))
            }
        }
    }

    @Test("A page with a cursor ignores the offset, shows it, and links back without a cursor")
    func both() async throws {
        try await withAccounts { server in
            for list in Self.lists {
                let first = try await server.call("GET", Self.with(list.path, "limit=2"))
                let cursor = try #require(first["objects"]?.elements.last?[list.attribute]?.text)
                let second = try await server.call("GET", Self.with(list.path, "limit=2&after=\(cursor)"))
                let meta = try await server.call("GET", Self.with(list.path, "limit=2&offset=9&after=\(cursor)"))
                #expect(meta["objects"] == second["objects"] && meta["meta"]?["offset"]?.number == 9, "\(list.path)")
                #expect(meta["meta"]?["previous"]?.text?.contains("after") == false)
            }
        }
    }

    @Test("Objects that are removed before the cursor do not shift the next page")
    func removed() async throws {
        try await withAccounts { server in
            let first = try await server.call("GET", TestServer.robots + "?limit=10")
            for number in 10..<15 { _ = try await server.send("DELETE", TestServer.robots + "robot\(number)/") }
            let next = try #require(first["meta"]?["next"]?.text)
            #expect(try await server.list(next).first?["name"]?.text == "robot20")
            let members = try await server.call("GET", TestServer.members + "?limit=10")
            for number in 10..<15 { _ = try await server.send("DELETE", TestServer.members + "user\(number)/") }
            #expect(try await server.list(#require(members["meta"]?["next"]?.text)).first?["name"]?.text == "user19")
        }
    }

    @Test("A cursor of another kind is rejected, and the error names the expected one")
    func foreign() async throws {
        try await withAccounts { server in
            for list in Self.lists {
                for cursor in [list.foreign, "%20", "a%2Fb", "%C3%A9"] {
                    let response = try await server.send("GET", Self.with(list.path, "after=\(cursor)"))
                    #expect(response.status == 400 && response.error?.hasPrefix("after must be the ") == true, "\(list.path) \(cursor)")
                }
            }
        }
    }

    @Test("A key of another account, an unknown one and a deleted one are no cursors of a list of keys")
    func foreignKeys() async throws {
        try await withAccounts { server in
            let carol = try await server.backend.makeMember("carol", .admin)
            let robot = try await server.backend.makeRobot("old")
            let (own, all) = (TestServer.keys + "?after=", Self.organizationKeys + "&after=")
            #expect(try await server.send("GET", all + robot.keyID).status == 200)
            #expect(try await server.send("DELETE", TestServer.robots + "old/").status == 204)
            for target in [own + carol.keyID, own + "AAAAAAAAAAAA", all + "AAAAAAAAAAAA", all + robot.keyID] {
                let response = try await server.send("GET", target)
                #expect(response.status == 400 && response.error?.contains("after must be the id of one of these API keys") == true)
            }
            // The administrator's key is none of carol's, whether it exists or not.
            let existing = try await server.send("GET", own + server.backend.key.keyID, as: .bearer(carol))
            let unknown = try await server.send("GET", own + "AAAAAAAAAAAA", as: .bearer(carol))
            #expect(existing.status == 400 && unknown.status == 400 && existing.error == unknown.error)
        }
    }

    @Test("Following next visits the whole list, even if all rows of a page were changed outside the server", arguments: [1, 2, 3, 7])
    func omitted(_ limit: Int) async throws {
        let backend = try await TestBackend()
        try await TestServer.run(on: backend) { server in
            try await backend.makeOrganization()
            for number in 10..<20 {
                let isForged = 13..<18 ~= number
                try await backend.forging(isForged) {
                    try await backend.makeMember("user\(number)", .read)
                    try await backend.makeRobot("robot\(number)")
                }
                try await backend.forging(isForged) { _ = try await backend.makeKey(of: "admin") }
            }
            for (path, attribute, count) in [
                (TestServer.users, "name", 6), (TestServer.members, "name", 6), (TestServer.robots, "name", 5), (TestServer.keys, "id", 6),
            ] {
                var (values, omitted, pages): ([String], Int, Int) = ([], 0, 0)
                var target: String? = path + "?limit=\(limit)"
                while let page = target, pages < 30 {
                    let list = try await server.call("GET", page)
                    values += list["objects"]?.elements.compactMap { $0[attribute]?.text } ?? []
                    omitted += Int(list["meta"]?["omitted"]?.number ?? 0)
                    target = list["meta"]?["next"]?.text
                    pages += 1
                }
                #expect(values.count == count && Set(values).count == count && omitted == 5, "\(path): \(values), \(omitted)")
                #expect(pages == (count + 5 + limit - 1) / limit, "\(path)")
            }
        }
    }
}
