import FakeCloud
import Testing

@Suite struct RefusedLoginTests {
    private static let login = ["-u", "robot", "-p", "secret"]

    /// Runs an update against a server whose registries refuse the login for every repository with a path that starts with `refused`.
    private func update(_ arguments: [String], console: ScriptedConsole = ScriptedConsole()) async throws -> (lines: [String], shell: Shell)
    {
        try await FakeCloud.run { request in
            request.target.contains("/refused")
                ? .failure(400, Self.message, code: "credential_rejected")
                : .response(status: 202, body: Body.repository("a.example/team/a"))
        } _: { cloud in
            let shell = await Shell.run(["repository", "update"] + arguments, at: cloud, console: console)
            return (cloud.lines, shell)
        }
    }

    private static func line(_ name: String) -> String { "PATCH /api/repo/v1/repository/\(name)/" }

    private static let message = "R rejected this user name and password (401 Unauthorized). Nothing was stored."

    private static func refusal(_ name: String) -> String { "\(name): \(message)" }

    private static func omission(_ name: String, _ registry: String, _ subject: String = "login") -> String {
        "\(name): \(registry) rejected the same \(subject) before. Nothing was sent. Use --keep-going to try all repositories."
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
            (400, "10.0.0.1 is in a private network, which is not allowed yet"), (400, "The repository has no credential"),
            (400, "a.example denied access to the repository with this user name and password (403 Forbidden)"), (400, message),
            (403, message), (404, "Not found"), (409, "It was changed"), (429, "Nothing was done"), (500, message), (503, "Busy"),
        ])
    func otherFailures(status: Int, message: String) async throws {
        try await FakeCloud.run { _ in
            .failure(status, message)
        } _: { cloud in
            let shell = await Shell.run(["repository", "update"] + Self.login + ["a.example/a", "a.example/b", "ubuntu"], at: cloud)
            #expect(cloud.requests.count == 3)
            #expect(shell.status == 3)
            #expect(!shell.everything.contains("Nothing was sent"))
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

    /// Runs an update of a password on a server that identifies stored user names. The user of a repository is the second component of its
    /// name, and the registries refuse the password for every user but `right`.
    private func updatePassword(_ names: [String], _ options: [String] = ["-p", "secret"]) async throws -> (lines: [String], shell: Shell) {
        try await FakeCloud.run { request in
            let parts = request.target.prefix { $0 != "?" }.split(separator: "/").suffix(3)
            let mark = "\(parts.first ?? "")-\(parts.dropFirst().first ?? "")"
            if request.target.split(separator: "?").dropFirst().joined().contains(mark) {
                return .failure(
                    409, "a.example rejected the same user name and password before. Nothing was sent.", code: "credential_withheld")
            }
            guard mark.hasSuffix("-right") else {
                return .response(
                    status: 400, body: #"{"error": "\#(Self.message)", "code": "credential_rejected"}"#,
                    headers: options.contains("-u") ? [:] : ["X-DockerCloud-Refused-User": mark])
            }
            return .response(status: 202, body: Body.repository("a.example/team/a"))
        } _: { cloud in
            let shell = await Shell.run(["repository", "update"] + options + names, at: cloud)
            return (cloud.lines, shell)
        }
    }

    private static let sameUser = "user name and password"

    @Test(
        "An update of the password alone is sent for every other stored user name of the registry",
        arguments: [
            (["a.example/one/x", "a.example/right/x"], []), (["a.example/one/x", "a.example/two/x", "a.example/right/x"], []),
            (["a.example/one/x", "a.example/one/y", "a.example/right/x"], ["a.example/one/y"]),
            (["a.example/one/x", "a.example/two/x", "a.example/two/y", "a.example/one/y"], ["a.example/two/y", "a.example/one/y"]),
            (["a.example/one/x", "b.example/one/x", "a.example/one/y"], ["a.example/one/y"]),
        ])
    func storedUsers(names: [String], omitted: [String]) async throws {
        let shell = try await updatePassword(names).shell
        #expect(shell.status == 3)
        let refused = names.filter { !$0.contains("/right/") && !omitted.contains($0) }.map(Self.refusal)
        #expect(Set(shell.errors) == Set(refused + omitted.map { Self.omission($0, String($0.prefix { $0 != "/" }), Self.sameUser) }))
        #expect(shell.output.count == names.count { $0.contains("/right/") })
    }

    @Test("With --keep-going, a password is sent for every repository, whatever its stored user name")
    func storedUsersKeepGoing() async throws {
        let names = ["a.example/one/x", "a.example/one/y", "a.example/right/x"]
        let (lines, shell) = try await updatePassword(names, ["-p", "secret", "--keep-going"])
        #expect(lines.count == 3 && shell.errors == names.prefix(2).map(Self.refusal))
    }

    @Test("A user name on the command line counts for all repositories of the registry", arguments: [["-u", "robot"], login])
    func givenUser(options: [String]) async throws {
        let names = ["a.example/one/x", "a.example/right/x", "b.example/right/x"]
        let (lines, shell) = try await updatePassword(names, options)
        #expect(lines.count == 2 && shell.errors.count == 2 && shell.errors.last?.contains("Nothing was sent") == true)
    }
}
