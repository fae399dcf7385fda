import FakeCloud
import Testing

@Suite struct BatchTests {
    @Test("Inspecting prints one indented document per name, with unescaped slashes")
    func inspect() async throws {
        try await FakeCloud.run { request in
            .ok(request.target.contains("one") ? #"{"name": "x"}"# : Body.repository(more: #", "future": "a\/b""#))
        } _: { cloud in
            let shell = await Shell.run(["repository", "inspect", "registry.local/user1/image1", "a.example/one"], at: cloud)
            #expect(cloud.lines.first == "GET /api/repo/v1/repository/registry.local/user1/image1/")
            let document = try #require(shell.output.first)
            #expect(document.hasPrefix("{\n  \"checked_datetime\": "))
            #expect(document.contains("\n  \"future\": \"a/b\",\n"))
            #expect(document.contains("\n  \"registry\": \"/api/repo/v1/alice/registry/registry.local/\",\n"))
            #expect(shell.output.count == 1)
            #expect(shell.status == 3)
        }
    }

    @Test("Inspecting a registry prints one indented document")
    func inspectRegistry() async throws {
        try await FakeCloud.run { _ in
            .ok(Body.registry())
        } _: { cloud in
            let shell = await Shell.run(["registry", "inspect", "registry.local:5000"], at: cloud)
            #expect(shell.status == 0)
            #expect(shell.output.first?.contains("\n  \"host\": \"registry.local\",\n") == true)
            #expect(cloud.lines == ["GET /api/repo/v1/registry/registry.local:5000/"])
        }
    }

    @Test("Removing prints the names as typed and continues after a failure")
    func remove() async throws {
        try await FakeCloud.run { request in
            request.target.contains("gone") ? .failure(404, "Not found") : .noContent
        } _: { cloud in
            let shell = await Shell.run(["repository", "rm", "ubuntu", "a.example/gone", "a.example/x:v1", "b.example/two"], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output == ["ubuntu", "b.example/two"])
            #expect(shell.errors.count == 2)
            #expect(shell.errors.first == "a.example/gone: Not found (404)")
            #expect(shell.errors.last?.hasPrefix("a.example/x:v1: Not a valid name: leave out the tag") == true)
            #expect(
                cloud.lines == [
                    "DELETE /api/repo/v1/repository/docker.io/library/ubuntu/", "DELETE /api/repo/v1/repository/a.example/gone/",
                    "DELETE /api/repo/v1/repository/b.example/two/",
                ])
        }
    }

    @Test("Progress is shown at a terminal for several names, and cleared afterwards")
    func progress() async throws {
        try await FakeCloud.run { _ in
            .noContent
        } _: { cloud in
            let console = ScriptedConsole(errorIsTerminal: true)
            let shell = await Shell.run(["repository", "rm", "a/b", "a/" + String(repeating: "c", count: 99)], at: cloud, console: console)
            #expect(shell.record.shown.count == 4)
            #expect(shell.record.shown.first == "[1/2] removing a/b …")
            #expect(shell.record.shown.allSatisfy { $0.count <= 78 })
            #expect(shell.record.shown.last == "")
            #expect(await Shell.run(["repository", "rm", "a/b", "a/c"], at: cloud).record.shown.isEmpty)
            let one = await Shell.run(["repository", "rm", "a/b"], at: cloud, console: ScriptedConsole(errorIsTerminal: true))
            #expect(one.record.shown.isEmpty)
        }
    }

    @Test("Passwords in pasted URLs and control characters are not printed")
    func printing() async throws {
        try await FakeCloud.run { _ in
            .failure(400, "no\\u001b[31m\\u009bway")
        } _: { cloud in
            let console = ScriptedConsole(errorIsTerminal: true)
            let shell = await Shell.run(
                ["repository", "rm", "https://user:canary@registry.local/a", "a/b"], at: cloud, console: console)
            #expect(!shell.everything.contains("canary"))
            #expect(shell.errors.first?.hasPrefix("https://…@registry.local/a: ") == true)
            #expect(shell.errors.last == "a/b: no\u{FFFD}[31m\u{FFFD}way (400)")
        }
    }
}
