import FakeCloud
import Testing

@Suite struct UpdateTests {
    private static let name = "registry.local/user1/image1"

    private func update(
        _ options: [String], console: ScriptedConsole = ScriptedConsole()
    ) async throws -> (bodies: [String], shell: Shell) {
        try await FakeCloud.run { _ in
            .response(status: 202, body: Body.repository())
        } _: { cloud in
            let shell = await Shell.run(["repository", "update"] + options + [Self.name], at: cloud, console: console)
            #expect(cloud.requests.allSatisfy { $0.method == "PATCH" })
            return (cloud.requests.map(\.body), shell)
        }
    }

    @Test("The documented command line and that of the original command both work", arguments: ["-n", "-u", "--username"])
    func documented(option: String) async throws {
        let (bodies, shell) = try await update([option, "new username", "-p", "new password"])
        #expect(bodies == [#"{"password":"new password","username":"new username"}"#])
        #expect(shell.status == 0)
        #expect(shell.output == [Self.name])
    }

    @Test(
        "An update of only the user name or the password sends only that",
        arguments: [(["-u", "robot"], #"{"username":"robot"}"#), (["-p", "secret"], #"{"password":"secret"}"#)])
    func one(options: [String], body: String) async throws {
        let (bodies, shell) = try await update(options, console: ScriptedConsole(typing: ["unused"]))
        #expect(bodies == [body])
        #expect(shell.record.prompts.isEmpty)
    }

    @Test("An update with a password from standard input needs no user name")
    func passwordFromInput() async throws {
        let (bodies, _) = try await update(["--password-stdin"], console: ScriptedConsole(input: Array("a\nb\n".utf8)))
        #expect(bodies == [#"{"password":"a\nb"}"#])
    }

    @Test("An update without options prompts for both values; empty input leaves a value unchanged")
    func prompts() async throws {
        let both = try await update([], console: ScriptedConsole(typing: ["robot", "secret"]))
        #expect(both.bodies == [#"{"password":"secret","username":"robot"}"#])
        #expect(both.shell.record.prompts == ["Username: ", "Password: *"])
        let one = try await update([], console: ScriptedConsole(typing: ["", "secret"]))
        #expect(one.bodies == [#"{"password":"secret"}"#])
        let piped = try await update([], console: ScriptedConsole(input: Array("robot\n".utf8)))
        #expect(piped.bodies == [#"{"username":"robot"}"#])
    }

    @Test("An update with two empty inputs is an error, and nothing is sent")
    func nothing() async throws {
        for console in [ScriptedConsole(typing: ["", ""]), ScriptedConsole()] {
            let (bodies, shell) = try await update([], console: console)
            #expect(bodies.isEmpty)
            #expect(shell.status == 3)
            #expect(shell.errors.first?.contains("--public") == true)
        }
    }

    @Test("--public removes the user name and password", arguments: [["--public"], ["-u", "", "-p", ""]])
    func publicRepository(options: [String]) async throws {
        #expect(try await update(options).bodies == [#"{"password":"","username":""}"#])
    }
}
