import Commands
import FakeCloud
import Testing

@Suite struct APIKeyCreateTests {
    private static let created: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { _ in
        .answer(status: 201, body: Body.apiKey(key: "lm_4bVn0cQw8ZrT_canary"))
    }

    /// The body that a command line sends.
    private func body(_ arguments: [String], environment: [String: String] = [:]) async throws -> String? {
        try await FakeCloud.run(Self.created) { cloud in
            let shell = await Shell.run(arguments, at: cloud, environment: environment)
            #expect(shell.status == 0)
            #expect(cloud.lines == ["POST /api/account/v1/apikey/"])
            return cloud.requests.first?.body
        }
    }

    @Test("The key alone goes to standard output")
    func text() async throws {
        try await FakeCloud.run(Self.created) { cloud in
            let shell = await Shell.run(["apikey", "create"], at: cloud)
            #expect(shell.status == 0)
            #expect(shell.output == ["lm_4bVn0cQw8ZrT_canary"])
            #expect(shell.errors.isEmpty)
        }
    }

    @Test("A person is told that it is shown once, without the key", arguments: ["text", "json"])
    func note(format: String) async throws {
        try await FakeCloud.run(Self.created) { cloud in
            let console = ScriptedConsole(errorIsTerminal: true)
            let shell = await Shell.run(["apikey", "create", "-o", format], at: cloud, console: console)
            #expect(
                shell.errors == ["Key 4bVn0cQw8ZrT of acme+ci, good until 2014-10-13T11:01:43Z. It is shown this once: keep it now"])
        }
    }

    @Test("As JSON it is the object that the server sent, with the key in it", arguments: [["-o", "json"], ["--output=json"]])
    func json(option: [String]) async throws {
        try await FakeCloud.run(Self.created) { cloud in
            let shell = await Shell.run(["apikey", "create"] + option, at: cloud)
            #expect(shell.output.count == 1)
            #expect(shell.output.first?.hasPrefix("{\n  \"account\": \"acme+ci\",\n") == true)
            #expect(shell.output.first?.contains("\n  \"key\": \"lm_4bVn0cQw8ZrT_canary\",\n") == true)
        }
    }

    @Test("What is said of the key goes to the server, and nothing else")
    func options() async throws {
        #expect(try await body(["apikey", "create"]) == "{}")
        let all = try await body(
            [
                "apikey", "create", "--for", "acme+ci", "--label", "build server", "--scope", "pull", "--scope", "repository:write",
                "--expires", "30", "--namespace", "acme", "--repository", "registry.local/team/*", "--repository", "b.example/two",
            ])
        #expect(
            all == #"{"account":"acme+ci","expires_days":30,"label":"build server","namespace":"acme","#
                + #""repositories":["registry.local/team/*","b.example/two"],"scopes":["pull","repository:write"]}"#)
    }

    @Test(
        "A namespace in the command line restricts the key, wherever it stands",
        arguments: [
            ["--namespace", "acme", "apikey", "create"], ["apikey", "--namespace", "acme", "create"],
            ["apikey", "create", "--namespace=acme"],
        ])
    func namespace(arguments: [String]) async throws {
        #expect(try await body(arguments) == #"{"namespace":"acme"}"#)
        let environment = ["DOCKERCLOUD_NAMESPACE": "tools", "DOCKERCLOUD_AUTH": "x"]
        #expect(try await body(arguments, environment: environment) == #"{"namespace":"acme"}"#)
    }

    @Test("The namespace of the environment restricts no key")
    func environment() async throws {
        let environment = ["DOCKERCLOUD_NAMESPACE": "acme", "DOCKERCLOUD_AUTH": "x"]
        #expect(try await body(["apikey", "create"], environment: environment) == "{}")
    }

    @Test("The help says what --namespace means here")
    func help() async throws {
        let help = try #require(await Shell.run(["apikey", "create", "--help"]).output.first)
        #expect(help.contains("The one namespace that it is good for"))
        #expect(help.contains("--host <url>"))
        #expect(!help.contains("or else your own"))
    }

    @Test("A key that cannot be printed is told by its ID, so that it can be revoked")
    func unprintable() async throws {
        try await FakeCloud.run(Self.created) { cloud in
            let console = ClosedConsole()
            let environment = CLIEnvironment(
                environment: ["DOCKERCLOUD_REST_HOST": cloud.url, "DOCKERCLOUD_AUTH": "x"], console: console)
            #expect(await Program.run(["apikey", "create"], in: environment) == 3)
            #expect(
                console.errors.record.errors == [
                    "The key was made and cannot be shown again: 'docker-cloud apikey revoke 4bVn0cQw8ZrT'", "no space left",
                ])
        }
    }

    @Test("A failure is the server's, and shows no key", arguments: [400, 403, 404, 500])
    func failure(status: Int) async throws {
        try await FakeCloud.run { _ in
            .failure(status, "No")
        } _: { cloud in
            let shell = await Shell.run(["apikey", "create", "--scope", "account:admin"], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output.isEmpty)
            #expect(shell.errors.first?.hasPrefix("No (\(status))") == true)
        }
    }
}

/// A console whose output goes to a full disk.
private struct ClosedConsole: Console {
    struct Full: Error, CustomStringConvertible { let description = "no space left" }

    let errors = ScriptedConsole()

    var inputIsTerminal: Bool { false }
    var errorIsTerminal: Bool { true }
    func write(_ line: String) throws { throw Full() }
    func report(_ line: String) { errors.report(line) }
    func show(_ line: String) {}
    func ask(_ prompt: String, hidden: Bool) -> String? { nil }
    func readLine() -> String? { nil }
    func readToEnd() -> [UInt8] { [] }
}
