import FakeCloud
import Testing

@Suite struct ListTests {
    private static let two: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        request.target.contains("offset")
            ? .page([Body.repository("docker.io/library/ubuntu", state: "Unreachable")])
            : .page([Body.repository("registry.local/user1/image1", inUse: true)], next: "/api/repo/v1/repository/?offset=1")
    }

    @Test("A list is a table of all pages, with the original command's columns first")
    func table() async throws {
        try await FakeCloud.run(Self.two) { cloud in
            let shell = await Shell.run(["repository", "ls"], at: cloud)
            #expect(shell.status == 0)
            #expect(
                shell.output == [
                    """
                    NAME                         IN_USE  STATE
                    registry.local/user1/image1  yes     Verified
                    docker.io/library/ubuntu     no      Unreachable
                    """
                ])
            #expect(shell.errors.isEmpty)
        }
    }

    @Test("An empty list prints a heading, as JSON an empty array, with -q nothing")
    func empty() async throws {
        try await FakeCloud.run { _ in
            .page([])
        } _: { cloud in
            #expect(await Shell.run(["repository", "ls"], at: cloud).output == ["NAME  IN_USE  STATE"])
            #expect(await Shell.run(["repository", "ls", "-o", "json"], at: cloud).output == ["[]"])
            #expect(await Shell.run(["repository", "ls", "-q"], at: cloud).output.isEmpty)
        }
    }

    @Test("The number of objects that the server omitted from a list is reported on standard error")
    func omitted() async throws {
        try await FakeCloud.run { _ in
            .ok(
                #"{"meta": {"limit": 25, "next": null, "offset": 0, "previous": null, "total_count": 3, "omitted": 2}, "objects": ["#
                    + Body.repository("a.example/a") + "]}")
        } _: { cloud in
            let shell = await Shell.run(["repository", "ls", "-q"], at: cloud)
            #expect(shell.status == 0 && shell.output == ["a.example/a"])
            #expect(
                shell.errors == [
                    "The server omitted 2, whose stored rows were changed outside the server: 'lighterman doctor' lists them."
                ])
        }
    }

    @Test("-q prints only names", arguments: ["-q", "--quiet"])
    func quiet(option: String) async throws {
        try await FakeCloud.run(Self.two) { cloud in
            let shell = await Shell.run(["repository", "ls", option], at: cloud)
            #expect(shell.output == ["registry.local/user1/image1", "docker.io/library/ubuntu"])
        }
    }

    @Test("JSON output is an array of the server's objects", arguments: [["-o", "json"], ["--output", "json"], ["--output=json"]])
    func json(option: [String]) async throws {
        let objects = [Body.repository("a.example/one", more: #", "z": 1"#), Body.repository("b.example/two")]
        try await FakeCloud.run { _ in
            .page(objects)
        } _: { cloud in
            let shell = await Shell.run(["repository", "ls"] + option, at: cloud)
            #expect(shell.output == ["[\n  \(objects[0]),\n  \(objects[1])\n]"])
        }
    }

    @Test("The filters of 'repository ls' are sent to the server")
    func conditions() async throws {
        try await FakeCloud.run { _ in
            .page([])
        } _: { cloud in
            _ = await Shell.run(
                ["repository", "ls", "--name", "a/b", "--registry", "registry.local:5000", "--in-use", "--namespace", "team"], at: cloud)
            _ = await Shell.run(["repository", "ls", "--no-in-use"], at: cloud)
            #expect(
                cloud.lines == [
                    "GET /api/repo/v1/team/repository/?name=a%2Fb"
                        + "&registry=%2Fapi%2Frepo%2Fv1%2Fteam%2Fregistry%2Fregistry.local%3A5000%2F&in_use=true&limit=250",
                    "GET /api/repo/v1/repository/?in_use=false&limit=250",
                ])
        }
    }

    @Test("A list that fails after the first page prints only the error")
    func brokenOff() async throws {
        try await FakeCloud.run { request in
            request.target.contains("offset")
                ? .failure(500, "Out of order") : .page([Body.repository()], next: "/api/repo/v1/repository/?offset=1")
        } _: { cloud in
            let shell = await Shell.run(["repository", "ls"], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output.isEmpty)
            #expect(shell.errors == ["Out of order (500). The server's log says more."])
        }
    }

    @Test("Registries are listed by the name that 'inspect' accepts")
    func registries() async throws {
        let objects = [Body.registry("registry.local:5000"), Body.registry("b.example", isSSL: "null", port: "null")]
        try await FakeCloud.run { _ in
            .page(objects)
        } _: { cloud in
            #expect(
                await Shell.run(["registry", "ls"], at: cloud).output == [
                    """
                    HOST                 NAME                 IS_SSL
                    registry.local:5000  registry.local:5000  yes
                    b.example            b.example            unknown
                    """
                ])
            #expect(await Shell.run(["registry", "ls", "-q"], at: cloud).output == ["registry.local:5000", "b.example"])
            #expect(await Shell.run(["registry", "ls", "-o", "json"], at: cloud).output == ["[\n  \(objects[0]),\n  \(objects[1])\n]"])
        }
    }
}
