import FakeCloud
import Testing

@Suite struct ActionTests {
    private static let uuid = "0b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f"
    private static let other = "0b5f8e6c-0000-4c1e-9f2b-1a2b3c4d5e6f"

    private func list(_ options: [String]) async throws -> (shell: Shell, lines: [String]) {
        try await FakeCloud.run { _ in
            .page([Body.action(), Body.action(Self.other, action: "Repository Delete", state: "Failed", status: 403)])
        } _: { cloud in
            (await Shell.run(["action", "ls"] + options, at: cloud), cloud.lines)
        }
    }

    @Test("The list of actions is a table in the server's order, with shortened UUIDs")
    func table() async throws {
        let (shell, lines) = try await list([])
        let object = "/api/repo/v1/acme/repository/registry.local/user1/image1/"
        let space = String(repeating: " ", count: object.count - "OBJECT".count)
        #expect(
            shell.output == [
                """
                UUID      ACTION             OBJECT\(space)  STATE    USER     IP         START
                0b5f8e6c  Repository Create  \(object)  Success  acme+ci  192.0.2.1  2014-10-13T11:01:43Z
                0b5f8e6c  Repository Delete  \(object)  Failed   acme+ci  192.0.2.1  2014-10-13T11:01:43Z
                """
            ])
        #expect(lines == ["GET /api/audit/v1/action/?limit=25"])
    }

    @Test("UUIDs are whole with --no-trunc, in JSON, and with -q")
    func whole() async throws {
        let table = try #require(try await list(["--no-trunc"]).shell.output.first)
        #expect(table.contains("\n\(Self.uuid)  Repository Create"))
        #expect(try await list(["-q"]).shell.output == [Self.uuid, Self.other])
        let objects = [Body.action(), Body.action(Self.other, action: "Repository Delete", state: "Failed", status: 403)]
        #expect(try await list(["-o", "json"]).shell.output == ["[\n  \(objects[0]),\n  \(objects[1])\n]"])
    }

    @Test(
        "--limit is the maximum number of actions, across pages",
        arguments: [
            ("1", ["GET /api/audit/v1/action/?limit=1"]),
            ("3", ["GET /api/audit/v1/action/?limit=3", "GET /api/audit/v1/action/?offset=2"]),
            ("999", ["GET /api/audit/v1/action/?limit=250", "GET /api/audit/v1/action/?offset=2", "GET /api/audit/v1/action/?offset=4"]),
        ])
    func limit(count: String, lines: [String]) async throws {
        try await FakeCloud.run { request in
            let next = request.target.hasSuffix("offset=4") ? nil : request.target.hasSuffix("offset=2") ? 4 : 2
            return .page([Body.action(), Body.action(Self.other)], next: next.map { "/api/audit/v1/action/?offset=\($0)" })
        } _: { cloud in
            for option in ["-l", "--last", "--limit"] {
                let shell = await Shell.run(["action", "ls", "-q", option, count], at: cloud)
                #expect(shell.output.count == min(Int(count) ?? 0, 6))
            }
            #expect(cloud.lines == lines + lines + lines)
        }
    }

    @Test(
        "The filters of 'action ls' are sent to the server",
        arguments: [
            (["--state", "failed"], "state=Failed"), (["--state", "Success"], "state=Success"),
            (["--state", "in-progress"], "state=In%20progress"), (["--state", "In progress"], "state=In%20progress"),
            (["--object", "/api/account/v1/user/carol/"], "object=%2Fapi%2Faccount%2Fv1%2Fuser%2Fcarol%2F"),
            (["--since", "2014-10-13"], "start_date__gte=Mon%2C%2013%20Oct%202014%2000%3A00%3A00%20%2B0000"),
            (["--since", "2014-10-13T11:01:43Z"], "start_date__gte=Mon%2C%2013%20Oct%202014%2011%3A01%3A43%20%2B0000"),
        ])
    func conditions(options: [String], query: String) async throws {
        let (shell, lines) = try await list(options + ["--namespace", "acme"])
        #expect(shell.status == 0)
        #expect(lines == ["GET /api/audit/v1/acme/action/?\(query)&limit=25"])
    }

    @Test(
        "An invalid state, date or number is a usage error, and nothing is sent",
        arguments: [
            ["--state", "done"], ["--since", "yesterday"], ["--since", ""], ["--since", "2014-02-30"], ["--since", "2014-10-13x"],
            ["--since", "2014-10-13T25:00:00Z"], ["--since", "2014-10-13T11:01:43"], ["--since", "2014-13-01"], ["-l", "0"],
            ["-l", "many"], ["--last=-1"],
        ])
    func usage(options: [String]) async throws {
        let (shell, lines) = try await list(options)
        #expect(shell.status == 64)
        #expect(shell.output.isEmpty)
        #expect(lines.isEmpty)
    }

    @Test("Inspecting accepts UUIDs and prefixes of them; an ambiguous prefix lists the matches")
    func inspect() async throws {
        try await FakeCloud.run { request in
            if request.target.contains("startswith=0b5f8e6c-7") { return .page([Body.action()]) }
            if request.target.contains("startswith=0b5f&") { return .page([Body.action(), Body.action(Self.other)]) }
            return request.target.contains("startswith") ? .page([]) : .ok(Body.action())
        } _: { cloud in
            let shell = await Shell.run(["action", "inspect", "0b5f", "ffff", "nonsense", "0b5f8e6c-7", Self.uuid], at: cloud)
            #expect(shell.status == 3)
            #expect(
                shell.errors == [
                    "0b5f: The UUIDs of several actions start with '0b5f', such as \(Self.uuid), \(Self.other)",
                    "ffff: No action has a UUID that starts with 'ffff'",
                    "nonsense: Not a valid name: an action is named by its UUID or a prefix of it",
                ])
            #expect(shell.output.count == 2)
            #expect(shell.output.allSatisfy { $0.contains("\n  \"uuid\": \"\(Self.uuid)\"\n}") })
            #expect(cloud.lines.last == "GET /api/audit/v1/action/\(Self.uuid)/")
        }
    }
}
