import FakeCloud
import Testing

@Suite struct RefusedLoginTests {
    private static let login = ["-u", "robot", "-p", "secret"]

    /// Runs an update against a server whose registries refuse the login for every repository with a path that starts with `refused`.
    private func update(_ arguments: [String], console: ScriptedConsole = ScriptedConsole()) async throws -> (lines: [String], shell: Shell)
    {
        try await FakeCloud.run { request in
            request.target.contains("/refused")
                ? .failure(400, "The registry refused: it answered 401") : .response(status: 202, body: Body.repository("a.example/team/a"))
        } _: { cloud in
            let shell = await Shell.run(["repository", "update"] + arguments, at: cloud, console: console)
            return (cloud.lines, shell)
        }
    }

    private static func line(_ name: String) -> String { "PATCH /api/repo/v1/repository/\(name)/" }

    private static func refusal(_ name: String) -> String { "\(name): The registry refused: it answered 401 (400)" }

    private static func omission(_ name: String, _ registry: String, _ subject: String = "login") -> String {
        "\(name): not tried, because \(registry) refused the same \(subject): use --keep-going to try all"
    }

    @Test(
        "A refused login is not sent to the same registry again, in any spelling of its name",
        arguments: [
            (["a.example/refused", "a.example/b"], "a.example"), (["a.example/refused", "a.example/b", "a.example/c/d"], "a.example"),
            (["A.example/refused", "a.EXAMPLE/b"], "a.example"), (["a.example:5000/refused", "a.example:5000/b"], "a.example:5000"),
            (["localhost/refused", "localhost/b"], "localhost"),
            (["team/refused", "ubuntu", "docker.io/team/b", "index.docker.io/team/c"], "docker.io"),
            (["docker.io/team/refused", "team/b", "registry-1.docker.io/team/c"], "docker.io"),
        ])
    func sameRegistry(names: [String], registry: String) async throws {
        let (lines, shell) = try await update(Self.login + names)
        #expect(lines.count == 1)
        #expect(shell.status == 3)
        #expect(shell.output.isEmpty)
        #expect(shell.errors == names.prefix(1).map(Self.refusal) + names.dropFirst().map { Self.omission($0, registry) })
    }

    @Test(
        "Repositories on other registries are updated after a refusal",
        arguments: [
            ["a.example/refused", "b.example/b"], ["a.example/refused", "a.example:5000/b"], ["a.example:5000/refused", "a.example/b"],
            ["a.example/refused", "b.a.example/b"], ["a.example/refused", "ubuntu"], ["team/refused", "a.example/b"],
        ])
    func otherRegistry(names: [String]) async throws {
        let (lines, shell) = try await update(Self.login + names)
        #expect(lines.count == 2)
        #expect(shell.status == 3)
        #expect(shell.output == ["a.example/team/a"])
        #expect(shell.errors == names.prefix(1).map(Self.refusal))
    }

    @Test("Each registry stops at its own first refusal")
    func mixed() async throws {
        let names = ["a.example/a", "b.example/b", "a.example/refused", "a.example/c", "b.example/refused", "b.example/d", "c.example/e"]
        let (lines, shell) = try await update(Self.login + names)
        #expect(
            lines == ["a.example/a", "b.example/b", "a.example/refused", "b.example/refused", "c.example/e"].map(Self.line))
        #expect(shell.status == 3)
        #expect(shell.output.count == 3)
        #expect(
            shell.errors == [
                Self.refusal("a.example/refused"), Self.omission("a.example/c", "a.example"), Self.refusal("b.example/refused"),
                Self.omission("b.example/d", "b.example"),
            ])
    }

    @Test(
        "With --keep-going, every repository is tried",
        arguments: [
            ["a.example/refused", "a.example/b"], ["a.example/refused", "a.example/refused-too", "b.example/refused"],
            ["team/refused", "ubuntu"],
            ["a.example/refused"],
        ])
    func keepGoing(names: [String]) async throws {
        let (lines, shell) = try await update(Self.login + ["--keep-going"] + names)
        #expect(lines.count == names.count)
        #expect(shell.status == 3)
        #expect(shell.errors == names.filter { $0.contains("refused") }.map(Self.refusal))
    }

    @Test("Updates without a refusal succeed with and without --keep-going", arguments: [[], ["--keep-going"]])
    func noRefusal(options: [String]) async throws {
        let (lines, shell) = try await update(Self.login + options + ["a.example/a", "a.example/b", "ubuntu"])
        #expect(lines.count == 3)
        #expect(shell.status == 0)
        #expect(shell.errors.isEmpty)
    }

    @Test(
        "A refused update of a single repository prints one line",
        arguments: ["a.example/refused", "a.example:5000/refused", "team/refused"])
    func single(name: String) async throws {
        let shell = try await update(Self.login + [name]).shell
        #expect(shell.status == 3)
        #expect(shell.errors == [Self.refusal(name)])
    }

    @Test(
        "The error names the part of the login that the repositories share",
        arguments: [
            (["-u", "robot"], [], "user name"), (["-p", "secret"], [], "password"),
            (["--password-stdin"], Array("secret\n".utf8), "password"),
            (["-u", "robot", "--password-stdin"], Array("secret\n".utf8), "login"), ([], Array("robot\nsecret\n".utf8), "login"),
        ] as [([String], [UInt8], String)])
    func subject(options: [String], input: [UInt8], subject: String) async throws {
        let (lines, shell) = try await update(
            options + ["a.example/refused", "a.example/b"], console: ScriptedConsole(input: input))
        #expect(lines.count == 1)
        #expect(shell.errors.last == Self.omission("a.example/b", "a.example", subject))
    }

    @Test(
        "A refusal without a login does not stop the update of other repositories",
        arguments: [["--public"], ["-u", "", "-p", ""], ["--public", "--check-push"]])
    func publicRepositories(options: [String]) async throws {
        let (lines, shell) = try await update(options + ["a.example/refused", "a.example/b"])
        #expect(lines.count == 2)
        #expect(shell.status == 3)
        #expect(shell.output == ["a.example/team/a"])
    }

    @Test(
        "Failures other than a refused login do not stop the update of other repositories",
        arguments: [
            (400, "The server may not connect to the registry: 10.0.0.1 is a private address"), (400, "The repository is public so far"),
            (400, "The registry denied access: a.example: it answered 403, DENIED"),
            (403, "The registry refused"), (404, "Not found"), (409, "Somebody else changed it"), (429, "Nothing was done"),
            (500, "The registry refused"), (503, "Busy"),
        ])
    func otherFailures(status: Int, message: String) async throws {
        try await FakeCloud.run { _ in
            .failure(status, message)
        } _: { cloud in
            let shell = await Shell.run(["repository", "update"] + Self.login + ["a.example/a", "a.example/b", "ubuntu"], at: cloud)
            #expect(cloud.requests.count == 3)
            #expect(shell.status == 3)
            #expect(!shell.everything.contains("not tried"))
        }
    }

    @Test("A password in a pasted URL is not printed by an update", arguments: [[], ["--keep-going"]])
    func pasted(options: [String]) async throws {
        let names = ["team/refused", "https://user:canary@a.example/b"]
        let shell = try await update(Self.login + options + names).shell
        #expect(shell.status == 3)
        #expect(!shell.everything.contains("canary"))
    }

    @Test("Only 'repository update' accepts --keep-going", arguments: ["register", "verify", "rm", "inspect"])
    func usage(verb: String) async {
        #expect(await Shell.run(["repository", verb, "--keep-going", "a.example/a"]).status == 64)
    }
}
