import FakeCloud
import Testing

@Suite struct UserTests {
    private static let answer: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        if request.body.contains("taken") || request.target.contains("alice") { return .failure(409, "No") }
        let name = request.members["name"] ?? "carol"
        return switch request.method {
        case "POST": .answer(status: 201, body: Body.user(name.isEmpty ? "carol" : name))
        case "PATCH": .answer(status: 202, body: Body.user())
        default:
            request.target.contains("carol")
                ? .ok(Body.user()) : .page([Body.user("alice", isAdministrator: true), Body.user(isDisabled: true)])
        }
    }

    @Test("Users are listed with whether they administer the server, and whether they are disabled")
    func list() async throws {
        try await FakeCloud.run(Self.answer) { cloud in
            let shell = await Shell.run(["user", "ls"], at: cloud)
            #expect(
                shell.output == [
                    """
                    NAME   ADMINISTRATOR  DISABLED
                    alice  yes            no
                    carol  no             yes
                    """
                ])
            #expect(await Shell.run(["user", "ls", "-q"], at: cloud).output == ["alice", "carol"])
            #expect(cloud.lines == Array(repeating: "GET /api/account/v1/user/?limit=250", count: 2))
        }
    }

    @Test(
        "Users are made as what was said, and one that fails does not stop the rest", arguments: [([], false), (["--administrator"], true)])
    func create(options: [String], isAdministrator: Bool) async throws {
        try await FakeCloud.run(Self.answer) { cloud in
            let shell = await Shell.run(["user", "create"] + options + ["taken", "carol"], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output == ["carol"])
            #expect(shell.errors == ["taken: No (409)"])
            #expect(
                cloud.requests.map(\.body) == [
                    #"{"is_administrator":\#(isAdministrator),"name":"taken"}"#,
                    #"{"is_administrator":\#(isAdministrator),"name":"carol"}"#,
                ])
        }
    }

    @Test("Disabling and enabling say which of the two", arguments: [("disable", true), ("enable", false)])
    func change(verb: String, isDisabled: Bool) async throws {
        try await FakeCloud.run(Self.answer) { cloud in
            let shell = await Shell.run(["user", verb, "alice", "carol"], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output == ["carol"])
            #expect(shell.errors == ["alice: No (409)"])
            #expect(cloud.lines == ["PATCH /api/account/v1/user/alice/", "PATCH /api/account/v1/user/carol/"])
            #expect(cloud.requests.allSatisfy { $0.body == #"{"is_disabled":\#(isDisabled)}"# })
        }
    }

    @Test("Inspecting prints all that the server sent, indented")
    func inspect() async throws {
        try await FakeCloud.run(Self.answer) { cloud in
            let shell = await Shell.run(["user", "inspect", "carol"], at: cloud)
            #expect(shell.status == 0)
            #expect(shell.output.first?.contains("\n  \"is_disabled\": false,\n") == true)
            #expect(cloud.lines == ["GET /api/account/v1/user/carol/"])
        }
    }
}
