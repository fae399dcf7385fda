import FakeCloud
import Testing

@Suite struct MemberTests {
    private static let reply: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        switch request.method {
        case "GET":
            request.target.contains("carol") ? .ok(Body.member()) : .page([Body.member(), Body.member("dave", permission: "admin")])
        case "POST": .response(status: 201, body: Body.member())
        default: request.target.contains("dave") ? .failure(409, "dave is the last admin") : .noContent
        }
    }
    private static let path = "/api/account/v1/organization/acme/member/"

    @Test("Members are listed for the organization in the command line or the environment")
    func list() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["member", "ls", "--namespace", "acme"], at: cloud)
            #expect(
                shell.output == [
                    """
                    NAME   PERMISSION
                    carol  write
                    dave   admin
                    """
                ])
            let environment = ["DOCKERCLOUD_NAMESPACE": "acme", "DOCKERCLOUD_AUTH": "x"]
            #expect(await Shell.run(["member", "ls", "-q"], at: cloud, environment: environment).output == ["carol", "dave"])
            #expect(cloud.lines == Array(repeating: "GET \(Self.path)?limit=250", count: 2))
        }
    }

    @Test("Setting a member sends its name and permission, and prints the name")
    func set() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["member", "set", "--namespace", "acme", "carol", "write"], at: cloud)
            #expect(shell.status == 0)
            #expect(shell.output == ["carol"])
            #expect(shell.errors.isEmpty)
            #expect(cloud.lines == ["POST \(Self.path)"])
            #expect(cloud.requests.first?.body == #"{"name":"carol","permission":"write"}"#)
        }
    }

    @Test("Inspecting and removing send the member's name in the path and continue after a failure")
    func others() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let inspected = await Shell.run(["member", "inspect", "--namespace", "acme", "carol"], at: cloud)
            #expect(inspected.output.first?.contains("\n  \"name\": \"carol\",\n") == true)
            let removed = await Shell.run(["member", "rm", "--namespace", "acme", "dave", "carol"], at: cloud)
            #expect(removed.status == 3)
            #expect(removed.output == ["carol"])
            #expect(removed.errors == ["dave: dave is the last admin (409)"])
            #expect(cloud.lines == ["GET \(Self.path)carol/", "DELETE \(Self.path)dave/", "DELETE \(Self.path)carol/"])
        }
    }

    @Test(
        "Without an organization, nothing is sent, and the error says how to set one",
        arguments: [
            ["member", "ls"], ["member", "set", "carol", "read"], ["member", "inspect", "carol"], ["member", "rm", "carol"],
            ["robot", "ls"], ["robot", "create", "ci"], ["robot", "set", "ci", "read"], ["robot", "inspect", "ci"],
            ["robot", "rm", "acme+ci", "ci"],
        ])
    func noOrganization(arguments: [String]) async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(arguments, at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output.isEmpty)
            #expect(
                shell.errors == [
                    "No organization is set. Set DOCKERCLOUD_NAMESPACE or give --namespace, for example --namespace acme"
                ])
            #expect(cloud.requests.isEmpty)
        }
    }
}
