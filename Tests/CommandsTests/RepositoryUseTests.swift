import FakeCloud
import Testing

@Suite("Repositories in use") struct RepositoryUseTests {
    private static let name = "registry.local/user1/image1"
    private static let pull = #", "last_pulled_by": "acme+ci", "last_pulled_datetime": "Mon, 13 Oct 2014 11:01:43 +0000""#

    private static func reply(inUse: Bool = true, services: Int = 2) -> @Sendable (FakeCloud.Request) -> FakeCloud.Reply {
        { request in
            if request.method == "DELETE" { return .noContent }
            guard request.target.contains("/service/") else { return .ok(Body.repository(name, inUse: inUse, more: pull)) }
            let reported = (1..<services).map { Body.service("worker", agent: "host-\($0)", isStale: $0 == 1) }
            return .page([Body.service()] + reported)
        }
    }

    @Test("'used-by' lists declared and reported services, and the last pull")
    func usedBy() async throws {
        try await FakeCloud.run(Self.reply()) { cloud in
            let shell = await Shell.run(["repository", "used-by", Self.name], at: cloud)
            #expect(
                shell.output == [
                    """
                    SERVICE      AGENT   TAG  STATE        SINCE                 STALE
                    web                  v1   Not running  2014-10-13T11:01:43Z
                    shop/worker  host-1  v1   Not running  2014-10-13T11:01:43Z  yes
                    """
                ])
            #expect(shell.errors == ["Last pulled 2014-10-13T11:01:43Z by acme+ci"])
            #expect(
                cloud.lines == [
                    "GET /api/repo/v1/repository/\(Self.name)/",
                    "GET /api/app/v1/service/?image=registry.local%2Fuser1%2Fimage1&limit=250",
                ])
            let quiet = await Shell.run(["repository", "used-by", "-q", Self.name], at: cloud)
            #expect(quiet.output == ["web", "shop/worker"])
        }
    }

    @Test(
        "At a terminal, 'rm' shows the services of a repository in use, and asks",
        arguments: [("y", true), ("Yes", true), ("n", false), ("", false)])
    func asks(_ answer: String, _ isRemoved: Bool) async throws {
        try await FakeCloud.run(Self.reply(services: 7)) { cloud in
            let console = ScriptedConsole(typing: [answer])
            let shell = await Shell.run(["repository", "rm", Self.name], at: cloud, console: console)
            #expect(shell.record.prompts == ["Remove \(Self.name)? [y/N] "])
            #expect(
                shell.errors.first == """
                    \(Self.name) is in use. These services keep running, but can no longer pull its images through the server:
                      web: \(Self.name):v1, Not running
                      shop/worker on host-1 (stale): \(Self.name):v1, Not running
                      shop/worker on host-2: \(Self.name):v1, Not running
                      shop/worker on host-3: \(Self.name):v1, Not running
                      shop/worker on host-4: \(Self.name):v1, Not running
                      …
                    """)
            #expect(shell.status == (isRemoved ? 0 : 3))
            #expect(shell.errors.dropFirst() == (isRemoved ? [] : ["\(Self.name): Not removed"]))
            #expect(cloud.lines.contains("DELETE /api/repo/v1/repository/\(Self.name)/") == isRemoved)
        }
    }

    @Test("Scripts, --force and repositories that are not in use are removed without a question")
    func silent() async throws {
        for (isInUse, options, console) in [
            (true, ["--force"], ScriptedConsole(typing: [])), (true, ["-f"], ScriptedConsole(typing: [])), (true, [], ScriptedConsole()),
            (true, [], ScriptedConsole(typing: [], errorIsTerminal: false)), (false, [], ScriptedConsole(typing: [])),
        ] {
            try await FakeCloud.run(Self.reply(inUse: isInUse)) { cloud in
                let shell = await Shell.run(["repository", "rm"] + options + [Self.name], at: cloud, console: console)
                #expect(shell.status == 0 && shell.output == [Self.name] && shell.errors.isEmpty && shell.record.prompts.isEmpty)
                #expect(cloud.lines.last == "DELETE /api/repo/v1/repository/\(Self.name)/")
            }
        }
    }

    @Test("The wide list has the reason of the state and the last pull; other wide lists are tables")
    func wide() async throws {
        try await FakeCloud.run { request in
            request.target.contains("/agent/")
                ? .page([Body.agent()])
                : .page([
                    Body.repository(Self.name, inUse: true, more: Self.pull),
                    Body.repository("registry.local/b", state: "Rejected", reason: "The registry refused the login"),
                ])
        } _: { cloud in
            #expect(
                await Shell.run(["repository", "ls", "-o", "wide"], at: cloud).output == [
                    """
                    NAME                         IN_USE  STATE     REASON                          LAST PULL
                    registry.local/user1/image1  yes     Verified                                  2014-10-13T11:01:43Z
                    registry.local/b             no      Rejected  The registry refused the login
                    """
                ])
            let wide = await Shell.run(["agent", "ls", "-o", "wide"], at: cloud).output
            #expect(await Shell.run(["agent", "ls"], at: cloud).output == wide)
        }
    }
}
