import Commands
import FakeCloud
import Testing

@Suite struct APIKeyCreateTests {
    private static let created: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { _ in
        .response(status: 201, body: Body.apiKey(key: "lm_4bVn0cQw8ZrT_canary"))
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

    @Test("Creating an API key prints only the key to standard output")
    func text() async throws {
        try await FakeCloud.run(Self.created) { cloud in
            let shell = await Shell.run(["apikey", "create"], at: cloud)
            #expect(shell.status == 0)
            #expect(shell.output == ["lm_4bVn0cQw8ZrT_canary"])
            #expect(shell.errors.isEmpty)
        }
    }

    @Test("At a terminal, a note on standard error says that the new key cannot be shown again", arguments: ["text", "json"])
    func note(format: String) async throws {
        try await FakeCloud.run(Self.created) { cloud in
            let console = ScriptedConsole(errorIsTerminal: true)
            let shell = await Shell.run(["apikey", "create", "-o", format], at: cloud, console: console)
            #expect(
                shell.errors == ["Key 4bVn0cQw8ZrT of acme+ci, valid until 2014-10-13T11:01:43Z. It cannot be shown again: store it now"])
        }
    }

    @Test("JSON output is the server's object, including the key", arguments: [["-o", "json"], ["--output=json"]])
    func json(option: [String]) async throws {
        try await FakeCloud.run(Self.created) { cloud in
            let shell = await Shell.run(["apikey", "create"] + option, at: cloud)
            #expect(shell.output.count == 1)
            #expect(shell.output.first?.hasPrefix("{\n  \"account\": \"acme+ci\",\n") == true)
            #expect(shell.output.first?.contains("\n  \"key\": \"lm_4bVn0cQw8ZrT_canary\",\n") == true)
        }
    }

    @Test("Only the options that are given are sent to the server")
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
        "--namespace restricts the key at any position of the command line",
        arguments: [
            ["--namespace", "acme", "apikey", "create"], ["apikey", "--namespace", "acme", "create"],
            ["apikey", "create", "--namespace=acme"],
        ])
    func namespace(arguments: [String]) async throws {
        #expect(try await body(arguments) == #"{"namespace":"acme"}"#)
        let environment = ["DOCKERCLOUD_NAMESPACE": "tools", "DOCKERCLOUD_AUTH": "x"]
        #expect(try await body(arguments, environment: environment) == #"{"namespace":"acme"}"#)
    }

    @Test("DOCKERCLOUD_NAMESPACE does not restrict a new key")
    func environment() async throws {
        let environment = ["DOCKERCLOUD_NAMESPACE": "acme", "DOCKERCLOUD_AUTH": "x"]
        #expect(try await body(["apikey", "create"], environment: environment) == "{}")
    }

    @Test("The help of 'apikey create' explains its --namespace option")
    func help() async throws {
        let help = try #require(await Shell.run(["apikey", "create", "--help"]).output.first)
        #expect(help.contains("The only namespace that the key is valid for"))
        #expect(help.contains("--host <url>"))
        #expect(!help.contains("or else your own"))
    }

    @Test("If the new key cannot be printed, its ID is reported so that it can be revoked")
    func unprintable() async throws {
        try await FakeCloud.run(Self.created) { cloud in
            let console = ClosedConsole()
            let environment = CLIEnvironment(
                environment: ["DOCKERCLOUD_REST_HOST": cloud.url, "DOCKERCLOUD_AUTH": "x"], console: console)
            #expect(await Program.run(["apikey", "create"], in: environment) == 3)
            #expect(
                console.errors.record.errors == [
                    "The key was created and cannot be shown again. Revoke it with 'docker-cloud apikey revoke 4bVn0cQw8ZrT'",
                    "no space left",
                ])
        }
    }

    @Test("A failed creation prints the server's error and no key", arguments: [400, 403, 404, 500])
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

/// A console whose standard output is a full disk.
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
