import FakeCloud
import Testing

@Suite struct RegisterTests {
    private static let created: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { _ in
        .response(status: 201, body: Body.repository())
    }
    private static let name = "registry.local/user1/image1"

    private func bodies(
        _ options: [String], console: ScriptedConsole = ScriptedConsole()
    ) async throws -> (bodies: [String], shell: Shell) {
        try await FakeCloud.run(Self.created) { cloud in
            let shell = await Shell.run(["repository", "register"] + options + [Self.name], at: cloud, console: console)
            return (cloud.requests.map(\.body), shell)
        }
    }

    private static func body(_ username: String, _ password: String) -> String {
        #"{"name":"registry.local/user1/image1","password":"\#(password)","username":"\#(username)"}"#
    }
    private static let publicBody = #"{"name":"registry.local/user1/image1"}"#

    @Test(
        "A user name and password in the command line are sent, even if they start with a dash",
        arguments: [("robot", "secret"), ("-u", "-p"), ("a b", "$'")])
    func options(username: String, password: String) async throws {
        let (bodies, shell) = try await bodies(["-u", username, "-p", password])
        #expect(bodies == [Self.body(username, password)])
        #expect(shell.status == 0)
        #expect(shell.output == [Self.name])
        #expect(shell.errors.isEmpty)
        #expect(shell.record.prompts.isEmpty)
    }

    @Test("Long options with = and short options without a space are accepted")
    func longOptions() async throws {
        #expect(try await bodies(["--username=robot", "--password=secret"]).bodies == [Self.body("robot", "secret")])
        #expect(try await bodies(["-urobot", "-psecret"]).bodies == [Self.body("robot", "secret")])
    }

    @Test("Registering prompts for an omitted user name or password, with a hidden password")
    func prompts() async throws {
        let both = try await bodies([], console: ScriptedConsole(typing: ["robot", "secret"]))
        #expect(both.bodies == [Self.body("robot", "secret")])
        #expect(both.shell.record.prompts == ["Username: ", "Password: *"])
        let password = try await bodies(["-u", "robot"], console: ScriptedConsole(typing: ["secret"]))
        #expect(password.bodies == [Self.body("robot", "secret")])
        #expect(password.shell.record.prompts == ["Password: *"])
        let username = try await bodies(["-p", "secret"], console: ScriptedConsole(typing: ["robot"]))
        #expect(username.bodies == [Self.body("robot", "secret")])
        #expect(username.shell.record.prompts == ["Username: "])
    }

    @Test("Empty input and --public register a public repository")
    func publicRepository() async throws {
        for console in [
            ScriptedConsole(typing: []), ScriptedConsole(typing: ["", ""]), ScriptedConsole(), ScriptedConsole(input: Array("\n\n".utf8)),
        ] {
            let (bodies, shell) = try await bodies([], console: console)
            #expect(bodies == [Self.publicBody])
            #expect(shell.status == 0)
        }
        let (bodies, shell) = try await bodies(["--public"], console: ScriptedConsole(typing: ["robot"]))
        #expect(bodies == [Self.publicBody])
        #expect(shell.record.prompts.isEmpty)
        #expect(try await self.bodies(["-u", "", "-p", ""]).bodies == [Self.publicBody])
    }

    @Test("Piped input is read line by line, without prompts")
    func pipedLines() async throws {
        let (bodies, shell) = try await bodies([], console: ScriptedConsole(input: Array("robot\nsecret\nrest".utf8)))
        #expect(bodies == [Self.body("robot", "secret")])
        #expect(shell.record.prompts.isEmpty)
        #expect(shell.errors.isEmpty)
    }

    @Test(
        "A user name without a password, or the reverse, is an error, and nothing is sent",
        arguments: [(["-u", "robot"], "password"), (["-p", "secret"], "user name")])
    func half(options: [String], missing: String) async throws {
        let (bodies, shell) = try await bodies(options)
        #expect(bodies.isEmpty)
        #expect(shell.status == 3)
        #expect(shell.errors.first?.hasPrefix("The \(missing) is missing") == true)
        #expect(!shell.everything.contains("secret"))
    }

    @Test(
        "A password from standard input is sent byte for byte, without one final line break",
        arguments: [
            ("secret\n", "secret"), ("secret", "secret"), ("secret\r\n", "secret"), ("secret\n\n", "secret\n"), (" s \n", " s "),
            ("{\n  \"key\": \"a/b\\n\"\n}\n", "{\n  \"key\": \"a/b\\n\"\n}"), ("a\r\nb\n", "a\r\nb"),
            ("e\u{301}\u{e9}\n", "e\u{301}\u{e9}"),
        ])
    func passwordFromInput(input: String, password: String) async throws {
        try await FakeCloud.run(Self.created) { cloud in
            let console = ScriptedConsole(input: Array(input.utf8))
            let shell = await Shell.run(
                ["repository", "register", "-u", "_json_key", "--password-stdin", Self.name], at: cloud, console: console)
            let sent = try #require(cloud.requests.first?.members["password"])
            #expect(Array(sent.utf8) == Array(password.utf8))
            #expect(shell.status == 0)
        }
    }

    @Test(
        "An empty or non-UTF-8 password from standard input is an error, and nothing is sent",
        arguments: [[], [0x0A], [0x0D, 0x0A], [0xFF, 0x0A]])
    func noPassword(input: [UInt8]) async throws {
        let (bodies, shell) = try await bodies(["-u", "robot", "--password-stdin"], console: ScriptedConsole(input: input))
        #expect(bodies.isEmpty)
        #expect(shell.status == 3)
    }

    @Test(
        "Contradictory options of 'repository register' are a usage error",
        arguments: [
            ["--password-stdin"], ["-u", "a", "-p", "canary", "--password-stdin"], ["--public", "-u", "a"], ["--public", "-p", "canary"],
            ["--check-push", "--no-verify"], ["--nonsense"],
        ])
    func usage(options: [String]) async throws {
        let (bodies, shell) = try await bodies(options)
        #expect(bodies.isEmpty)
        #expect(shell.status == 64)
        #expect(shell.output.isEmpty)
        #expect(!shell.everything.contains("canary"))
    }

    @Test(
        "--check-push and --no-verify are sent to the server",
        arguments: [([], ""), (["--check-push"], "?verify=push"), (["--no-verify"], "?verify=false")])
    func verify(options: [String], query: String) async throws {
        try await FakeCloud.run(Self.created) { cloud in
            _ = await Shell.run(["repository", "register", "--public", Self.name] + options, at: cloud)
            #expect(cloud.lines == ["POST /api/repo/v1/repository/\(query)"])
        }
    }

    @Test(
        "The state of a stored credential is noted in one line",
        arguments: [
            ("Unverified", nil, "unknown", ["--no-verify"], "The credential was not verified. Stored as Unverified."),
            ("Unverified", "R requires Digest", "unknown", [], "R requires Digest. Stored as Unverified."),
            ("Verified", nil, "no", ["--check-push"], "Stored. The credential may not push."),
            ("Rejected", nil, "unknown", [], "The registry rejected the credential. Stored as Rejected."),
            ("Quarantined", nil, "unknown", [], "Stored as Quarantined"),
        ] as [(String, String?, String, [String], String)])
    func notes(state: String, reason: String?, push: String, options: [String], note: String) async throws {
        try await FakeCloud.run { _ in
            .response(status: 201, body: Body.repository(state: state, reason: reason, push: push))
        } _: { cloud in
            let shell = await Shell.run(["repository", "register", "--public", "typed/name"] + options, at: cloud)
            #expect(shell.status == 0)
            #expect(shell.output == [Self.name])
            #expect(shell.errors == ["typed/name: \(note)"])
        }
    }

    @Test("Several names share the credential, and a refusal does not stop the rest")
    func several() async throws {
        try await FakeCloud.run { request in
            request.body.contains("bad")
                ? .failure(400, "R rejected canary-secret") : .response(status: 201, body: Body.repository())
        } _: { cloud in
            let console = ScriptedConsole(typing: ["robot", "canary-secret"])
            let shell = await Shell.run(["repository", "register", "a.example/bad", "a.example/good"], at: cloud, console: console)
            #expect(shell.status == 3)
            #expect(shell.output == [Self.name])
            #expect(shell.errors == ["a.example/bad: R rejected <redacted> (400)"])
            #expect(shell.record.prompts == ["Username: ", "Password: *"])
            #expect(cloud.requests.count == 2)
            #expect(!shell.everything.contains("canary"))
        }
    }
}
