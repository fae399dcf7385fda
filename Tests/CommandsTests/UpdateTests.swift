import FakeCloud
import Testing

@Suite struct UpdateTests {
    private static let name = "registry.local/user1/image1"

    private func update(
        _ options: [String], console: ScriptedConsole = ScriptedConsole()
    ) async throws -> (bodies: [String], shell: Shell) {
        try await FakeCloud.run { _ in
            .answer(status: 202, body: Body.repository())
        } _: { cloud in
            let shell = await Shell.run(["repository", "update"] + options + [Self.name], at: cloud, console: console)
            #expect(cloud.requests.allSatisfy { $0.method == "PATCH" })
            return (cloud.requests.map(\.body), shell)
        }
    }

    @Test("The documentation's command line works, and that of the old command", arguments: ["-n", "-u", "--username"])
    func documented(option: String) async throws {
        let (bodies, shell) = try await update([option, "new username", "-p", "new password"])
        #expect(bodies == [#"{"password":"new password","username":"new username"}"#])
        #expect(shell.status == 0)
        #expect(shell.output == [Self.name])
    }

    @Test(
        "One of the two may stay as it is",
        arguments: [(["-u", "robot"], #"{"username":"robot"}"#), (["-p", "secret"], #"{"password":"secret"}"#)])
    func one(options: [String], body: String) async throws {
        let (bodies, shell) = try await update(options, console: ScriptedConsole(typing: ["unasked"]))
        #expect(bodies == [body])
        #expect(shell.record.prompts.isEmpty)
    }

    @Test("A password from standard input needs no user name")
    func passwordFromInput() async throws {
        let (bodies, _) = try await update(["--password-stdin"], console: ScriptedConsole(input: Array("a\nb\n".utf8)))
        #expect(bodies == [#"{"password":"a\nb"}"#])
    }

    @Test("Where none is given both are asked for, and an empty answer changes nothing")
    func prompts() async throws {
        let both = try await update([], console: ScriptedConsole(typing: ["robot", "secret"]))
        #expect(both.bodies == [#"{"password":"secret","username":"robot"}"#])
        #expect(both.shell.record.prompts == ["Username: ", "Password: *"])
        let one = try await update([], console: ScriptedConsole(typing: ["", "secret"]))
        #expect(one.bodies == [#"{"password":"secret"}"#])
        let piped = try await update([], console: ScriptedConsole(input: Array("robot\n".utf8)))
        #expect(piped.bodies == [#"{"username":"robot"}"#])
    }

    @Test("Two empty answers change nothing and are an error")
    func nothing() async throws {
        for console in [ScriptedConsole(typing: ["", ""]), ScriptedConsole()] {
            let (bodies, shell) = try await update([], console: console)
            #expect(bodies.isEmpty)
            #expect(shell.status == 3)
            #expect(shell.errors.first?.contains("--public") == true)
        }
    }

    @Test("--public does without both", arguments: [["--public"], ["-u", "", "-p", ""]])
    func publicRepository(options: [String]) async throws {
        #expect(try await update(options).bodies == [#"{"password":"","username":""}"#])
    }
}
