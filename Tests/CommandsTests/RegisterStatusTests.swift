import FakeCloud
import Testing

@Suite struct RegisterStatusTests {
    /// Stores each repository in the state that its path names, and refuses the path `refused`.
    private static let reply: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        let name = request.members["name"] ?? ""
        switch name.split(separator: "/").last {
        case "refused": return .failure(400, rejection, code: "credential_rejected")
        case "absent": return .response(status: 201, body: Body.repository(name, state: "Absent", reason: absence))
        case "silent": return .response(status: 201, body: Body.repository(name, state: "Unreachable", reason: "connection refused"))
        case "untried": return .response(status: 201, body: Body.repository(name, state: "Unverified"))
        default: return .response(status: 201, body: Body.repository(name))
        }
    }
    private static let rejection = "c.example rejected this user name and password (401 Unauthorized). Nothing was stored."
    private static let unverified = "Stored without verification. Run 'docker-cloud repository verify' later."
    private static let absence = "a.example has no repository of this name yet. Check the spelling, or push to create it."

    private func register(_ arguments: [String]) async throws -> Shell {
        try await FakeCloud.run(Self.reply) { cloud in
            await Shell.run(["repository", "register", "-u", "robot", "-p", "secret"] + arguments, at: cloud)
        }
    }

    private func register(state: String, reason: String?, push: String, _ options: [String]) async throws -> Shell {
        try await FakeCloud.run { _ in
            .response(status: 201, body: Body.repository("a.example/team/a", state: state, reason: reason, push: push))
        } _: { cloud in
            await Shell.run(["repository", "register", "--public", "typed/name"] + options, at: cloud)
        }
    }

    @Test(
        "Registering an unreachable repository has exit status 4 and a note with the reason",
        arguments: [
            ("Connection refused", [], "Connection refused. \(unverified)"),
            (nil, [], "The registry did not respond, or its response was invalid. \(unverified)"),
            ("a\\nb", [], "a b. \(unverified)"),
            ("Time-out.", ["--check-push"], "Time-out. \(unverified) Push access could not be verified."),
        ] as [(String?, [String], String)])
    func unreachable(reason: String?, options: [String], note: String) async throws {
        let shell = try await register(state: "Unreachable", reason: reason, push: "unknown", options)
        #expect(shell.status == 4)
        #expect(shell.output == ["a.example/team/a"])
        #expect(shell.errors == ["typed/name: \(note)"])
    }

    @Test(
        "Registering a repository that does not exist yet has exit status 0 and a note with the server's reason",
        arguments: [
            (absence, "unknown", [], "Registered, but \(absence)"),
            (
                nil, "unknown", [],
                "Registered, but the registry has no repository of this name yet. Check the spelling, or push to create it."
            ),
            (absence, "yes", ["--check-push"], "Registered, but \(absence)"),
            (absence, "no", ["--check-push"], "Registered, but \(absence) The credential may not push."),
        ] as [(String?, String, [String], String)])
    func absent(reason: String?, push: String, options: [String], note: String) async throws {
        let shell = try await register(state: "Absent", reason: reason, push: push, options)
        #expect(shell.status == 0)
        #expect(shell.output == ["a.example/team/a"])
        #expect(shell.errors == ["typed/name: \(note)"])
    }

    @Test(
        "The exit status of several names is 3 if one failed, else 4 if one is unreachable, else 0",
        arguments: [
            (["ok", "silent"], 4), (["silent", "ok"], 4), (["silent", "silent"], 4), (["absent", "silent", "untried"], 4),
            (["refused", "silent"], 3), (["silent", "refused"], 3), (["silent", "ok", "with:tag"], 3), (["refused", "ok"], 3),
            (["ok", "absent"], 0), (["absent", "absent"], 0), (["untried", "ok"], 0),
        ] as [([String], Int32)])
    func several(paths: [String], status: Int32) async throws {
        let shell = try await register(paths.map { "a.example/team/\($0)" })
        #expect(shell.status == status)
        #expect(shell.output == paths.filter { !["refused", "with:tag"].contains($0) }.map { "a.example/team/\($0)" })
        #expect(shell.errors.count { $0.contains("Stored without verification.") } == paths.count { $0 == "silent" })
    }

    @Test("The outcomes for repositories on several hosts are reported one by one")
    func hosts() async throws {
        let shell = try await register(["a.example/absent", "b.example:5000/silent", "c.example/refused", "d.example/ok"])
        #expect(shell.status == 3)
        #expect(shell.output == ["a.example/absent", "b.example:5000/silent", "d.example/ok"])
        #expect(
            shell.errors == [
                "a.example/absent: Registered, but \(Self.absence)",
                "b.example:5000/silent: connection refused. \(Self.unverified)", "c.example/refused: \(Self.rejection)",
            ])
    }

    @Test(
        "A host that does not exist is a failure with the server's message",
        arguments: [["a.exmaple/team/a"], ["a.exmaple/team/a", "a.exmaple/team/b"], ["--check-push", "a.exmaple/team/a"]])
    func unknownHost(arguments: [String]) async throws {
        let message = "The host name of a.exmaple does not exist. Nothing was stored. Check the spelling."
        try await FakeCloud.run { _ in
            .failure(400, message)
        } _: { cloud in
            let shell = await Shell.run(["repository", "register", "--public"] + arguments, at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output.isEmpty)
            #expect(shell.errors == arguments.filter { !$0.hasPrefix("-") }.map { "\($0): \(message)" })
        }
    }

    @Test(
        "An update with an unreachable or absent repository has exit status 0 and a note",
        arguments: [
            ("Unreachable", "Connection refused", "Connection refused. \(unverified)"),
            ("Unreachable", nil, "The registry did not respond, or its response was invalid. \(unverified)"),
            ("Absent", absence, "Updated, but \(absence)"),
        ] as [(String, String?, String)])
    func update(state: String, reason: String?, note: String) async throws {
        try await FakeCloud.run { _ in
            .response(status: 202, body: Body.repository(state: state, reason: reason))
        } _: { cloud in
            let shell = await Shell.run(["repository", "update", "-p", "secret", "a.example/team/a"], at: cloud)
            #expect(shell.status == 0)
            #expect(shell.errors == ["a.example/team/a: \(note)"])
        }
    }

    @Test(
        "The help explains the exit statuses and what --no-verify stores",
        arguments: [
            (["--help"], "The exit status is 0 for success, 3 if anything failed, 4 if nothing failed but"),
            (["repository", "register", "--help"], "the exit status is 4 unless another repository fails"),
            (["repository", "register", "--help"], "Store the credential without verifying it, even for a host that does not exist."),
            (["repository", "update", "--help"], "Many registries lock an account after a few wrong logins."),
        ])
    func help(arguments: [String], text: String) async {
        let words = await Shell.run(arguments).output.joined().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains(text))
    }
}
