import FakeCloud
import Testing

@Suite struct UserTests {
    private static let reply: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        if request.body.contains("taken") || request.target.contains("alice") { return .failure(409, "No") }
        let name = request.members["name"] ?? "carol"
        return switch request.method {
        case "POST": .response(status: 201, body: Body.user(name.isEmpty ? "carol" : name))
        case "PATCH": .response(status: 202, body: Body.user())
        default:
            request.target.contains("carol")
                ? .ok(Body.user()) : .page([Body.user("alice", isAdministrator: true), Body.user(isDisabled: true)])
        }
    }

    @Test("The list of users shows whether they are administrators and whether they are disabled")
    func list() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
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
        "Creating users sends --administrator and continues after a failure", arguments: [([], false), (["--administrator"], true)])
    func create(options: [String], isAdministrator: Bool) async throws {
        try await FakeCloud.run(Self.reply) { cloud in
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

    @Test("Disabling and enabling users send is_disabled and continue after a failure", arguments: [("disable", true), ("enable", false)])
    func change(verb: String, isDisabled: Bool) async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["user", verb, "alice", "carol"], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output == ["carol"])
            #expect(shell.errors == ["alice: No (409)"])
            #expect(cloud.lines == ["PATCH /api/account/v1/user/alice/", "PATCH /api/account/v1/user/carol/"])
            #expect(cloud.requests.allSatisfy { $0.body == #"{"is_disabled":\#(isDisabled)}"# })
        }
    }

    @Test("Inspecting a user prints the server's whole object, indented")
    func inspect() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["user", "inspect", "carol"], at: cloud)
            #expect(shell.status == 0)
            #expect(shell.output.first?.contains("\n  \"is_disabled\": false,\n") == true)
            #expect(cloud.lines == ["GET /api/account/v1/user/carol/"])
        }
    }
}
