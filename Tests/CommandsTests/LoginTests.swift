import FakeCloud
import FoundationEssentials
import Testing

@Suite struct LoginTests {
    private static let accepted: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { _ in .page([Body.repository()]) }

    private func login(
        _ arguments: [String], _ console: ScriptedConsole, reply: @escaping @Sendable (FakeCloud.Request) -> FakeCloud.Reply = accepted,
        then check: (FakeCloud, ConfigurationFolder, Shell) async throws -> Void
    ) async throws {
        try await ConfigurationFolder.with { folder in
            try await FakeCloud.run(reply) { cloud in
                let shell = await Shell.run(["login"] + arguments, at: cloud, environment: folder.environment, console: console)
                try await check(cloud, folder, shell)
            }
        }
    }

    @Test("Login prompts for the key, verifies it, and stores it for that server, readable only by its owner")
    func interactive() async throws {
        try await login([], ScriptedConsole(typing: ["alice", "lm_canary"])) { cloud, folder, shell async throws in
            #expect(shell.status == 0)
            #expect(shell.output.isEmpty)
            #expect(shell.record.prompts == ["Username: ", "API key: *"])
            #expect(!shell.everything.contains("canary"))
            #expect(cloud.lines == ["GET /api/repo/v1/repository/?limit=1"])
            #expect(
                folder.text == """
                    {
                      "hosts" : {
                        "\(cloud.url)" : {
                          "apikey" : "lm_canary",
                          "username" : "alice"
                        }
                      }
                    }

                    """)
            #expect(try folder.mode(folder.file) == 0o600)
            #expect(try folder.mode(folder.path + "/docker-cloud") == 0o700)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/docker-cloud") == ["credentials.json"])
            let next = await Shell.run(["repository", "ls", "-q"], at: cloud, environment: folder.environment)
            #expect(next.status == 0)
            #expect(Set(cloud.requests.map { $0.headers["authorization"] }).count == 1)
        }
    }

    @Test("Login reads the key from standard input and the server from the command line")
    func fromInput() async throws {
        try await FakeCloud.run(Self.accepted) { other in
            let console = ScriptedConsole(input: Array("lm_key\n".utf8))
            try await login([other.url + "/", "-u", "alice", "--password-stdin"], console) { cloud, folder, shell in
                #expect(shell.status == 0)
                #expect(cloud.requests.isEmpty)
                #expect(other.requests.first?.headers["authorization"] == "Basic YWxpY2U6bG1fa2V5")
                #expect(folder.text?.contains("\"\(other.url)\"") == true)
            }
        }
    }

    @Test("A key that the server rejects is not stored", arguments: [401, 403, 500])
    func refused(status: Int) async throws {
        let console = ScriptedConsole(typing: ["alice", "canary-key"])
        try await login([], console, reply: { _ in .failure(status, "no canary-key") }) { _, folder, shell in
            #expect(shell.status == 3)
            #expect(folder.text == nil)
            #expect(shell.errors.last?.contains("Nothing was stored.") == true)
            #expect(!shell.everything.contains("canary"))
        }
    }

    @Test("A login without a user name or a key fails, and nothing is stored", arguments: [[], ["alice"], ["", "lm_key"], ["alice", ""]])
    func nothing(answers: [String]) async throws {
        try await login([], ScriptedConsole(typing: answers)) { cloud, folder, shell in
            #expect(shell.status == 3)
            #expect(cloud.requests.isEmpty)
            #expect(folder.text == nil)
        }
    }

    @Test("A login replaces the stored login of its server and keeps those of others")
    func several() async throws {
        try await FakeCloud.run(Self.accepted) { other in
            try await login(["-u", "alice"], ScriptedConsole(typing: ["old"])) { cloud, folder, _ in
                _ = await Shell.run(
                    ["login", other.url, "-u", "bob"], environment: folder.environment, console: ScriptedConsole(typing: ["second"]))
                _ = await Shell.run(
                    ["login", cloud.url, "-u", "alice"], environment: folder.environment, console: ScriptedConsole(typing: ["new"]))
                let text = try #require(folder.text)
                #expect(text.contains("second") && text.contains("new") && !text.contains("old"))
            }
        }
    }

    @Test("A login file that others can read is not used")
    func openFile() async throws {
        try await login(["-u", "alice"], ScriptedConsole(typing: ["canary"])) { cloud, folder, _ in
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.file)
            let shell = await Shell.run(["repository", "ls"], at: cloud, environment: folder.environment)
            #expect(shell.status == 3)
            #expect(shell.errors.first?.contains("chmod 600 \(folder.file)") == true)
        }
    }

    @Test("An invalid login file is neither overwritten nor printed")
    func brokenFile() async throws {
        try await login(["-u", "alice"], ScriptedConsole(typing: ["canary"])) { cloud, folder, _ in
            let text = "{\"hosts\": canary"
            try Data(text.utf8).write(to: URL(filePath: folder.file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file)
            let shell = await Shell.run(
                ["login", "-u", "alice"], at: cloud, environment: folder.environment, console: ScriptedConsole(typing: ["new"]))
            #expect(shell.status == 3)
            #expect(folder.text == text)
            #expect(!shell.everything.contains("canary"))
        }
    }

    @Test("--password-stdin requires a user name on the command line")
    func usage() async throws {
        try await login(["--password-stdin"], ScriptedConsole(input: Array("lm_key".utf8))) { cloud, _, shell in
            #expect(shell.status == 64)
            #expect(cloud.requests.isEmpty)
        }
    }
}
