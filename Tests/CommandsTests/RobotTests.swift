import FakeCloud
import Testing

@Suite struct RobotTests {
    private static let reply: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        switch request.method {
        case "GET": request.target.contains("/ci/") ? .ok(Body.robot()) : .page([Body.robot(), Body.robot("nightly", permission: "write")])
        case "POST": .response(status: 201, body: Body.robot())
        case "PATCH": .response(status: 202, body: Body.robot(permission: "admin"))
        default: request.target.contains("gone") ? .failure(404, "Not found") : .noContent
        }
    }
    private static let path = "/api/account/v1/acme/robot/"

    @Test("Robots are listed by their user names")
    func list() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["robot", "ls", "--namespace", "acme"], at: cloud)
            #expect(
                shell.output == [
                    """
                    NAME          PERMISSION
                    acme+ci       read
                    acme+nightly  write
                    """
                ])
            #expect(await Shell.run(["robot", "ls", "-q", "--namespace", "acme"], at: cloud).output == ["acme+ci", "acme+nightly"])
            #expect(cloud.lines == Array(repeating: "GET \(Self.path)?limit=250", count: 2))
        }
    }

    @Test(
        "A new robot has the permission read, unless another one is given",
        arguments: [
            (["--namespace", "acme", "ci"], "read"), (["acme+ci"], "read"), (["acme+ci", "--permission", "admin"], "admin"),
            (["--namespace", "acme", "--permission=write", "acme+ci"], "write"),
        ])
    func create(arguments: [String], permission: String) async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["robot", "create"] + arguments, at: cloud)
            #expect(shell.status == 0)
            #expect(shell.output == ["acme+ci"])
            #expect(shell.errors.isEmpty)
            #expect(cloud.lines == ["POST \(Self.path)"])
            #expect(cloud.requests.first?.body == #"{"name":"ci","permission":"\#(permission)"}"#)
        }
    }

    @Test("At a terminal, creating a robot prints the command that creates its key")
    func note() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["robot", "create", "acme+ci"], at: cloud, console: ScriptedConsole(errorIsTerminal: true))
            #expect(shell.output == ["acme+ci"])
            #expect(
                shell.errors == ["acme+ci: created without a key: 'docker-cloud apikey create --for acme+ci' creates one"])
        }
    }

    @Test("The other robot commands accept the name that the list shows")
    func others() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            #expect(await Shell.run(["robot", "set", "acme+ci", "admin"], at: cloud).output == ["acme+ci"])
            #expect(cloud.requests.first?.body == #"{"permission":"admin"}"#)
            let inspected = await Shell.run(["robot", "inspect", "acme+ci"], at: cloud)
            #expect(inspected.output.first?.hasPrefix("{\n  \"account\": \"acme+ci\",\n") == true)
            let removed = await Shell.run(["robot", "rm", "--namespace", "acme", "acme+ci", "gone", "other+ci", "ci"], at: cloud)
            #expect(removed.status == 3)
            #expect(removed.output == ["acme+ci", "ci"])
            #expect(
                removed.errors == ["gone: Not found (404)", "other+ci: Not a valid name: the robot belongs to another organization"])
            #expect(
                cloud.lines == [
                    "PATCH \(Self.path)ci/", "GET \(Self.path)ci/", "DELETE \(Self.path)ci/", "DELETE \(Self.path)gone/",
                    "DELETE \(Self.path)ci/",
                ])
        }
    }
}
