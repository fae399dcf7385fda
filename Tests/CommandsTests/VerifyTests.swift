import FakeCloud
import Testing

@Suite struct VerifyTests {
    private static let name = "registry.local/user1/image1"

    private func run(_ options: [String], _ body: String) async throws -> Shell {
        try await FakeCloud.run { _ in
            .ok(body)
        } _: {
            await Shell.run(["repository", "verify"] + options + [Self.name], at: $0)
        }
    }

    @Test("Verifying a usable repository prints its name and state", arguments: ["Verified", "Absent", "Unverified", "Quarantined"])
    func usable(state: String) async throws {
        let shell = try await run([], Body.repository(state: state))
        #expect(shell.status == 0)
        #expect(shell.output == ["\(Self.name)  \(state)"])
        #expect(shell.errors.isEmpty)
    }

    @Test("Verifying a rejected or unreachable repository fails with the reason", arguments: ["Rejected", "Unreachable"])
    func unusable(state: String) async throws {
        let shell = try await run([], Body.repository(state: state, reason: "DENIED\\u001b[31m"))
        #expect(shell.status == 3)
        #expect(shell.output.isEmpty)
        #expect(shell.errors == ["\(Self.name): \(state): DENIED\u{FFFD}[31m"])
        #expect(try await run([], Body.repository(state: state)).errors == ["\(Self.name): \(state): the server gave no reason"])
    }

    @Test(
        "Verifying fails if the credential may not pull, unless the repository does not exist yet",
        arguments: ["Verified", "Unverified", "Absent"])
    func denied(state: String) async throws {
        let shell = try await run([], Body.repository(state: state, pull: "no"))
        #expect(shell.status == (state == "Absent" ? 0 : 3))
        let reason =
            "The registry denies the credential the right to pull. The state is \(state). Check the rights of its user at the registry."
        #expect(shell.errors == (state == "Absent" ? [] : ["\(Self.name): \(reason)"]))
    }

    @Test(
        "The reason of a state and a denied push are noted on standard error",
        arguments: [
            ([], "R did not request it", "no", "R did not request it"), (["--push"], nil, "no", "The credential may not push"),
            (["--push"], "R did not request it", "no", "R did not request it. The credential may not push."),
        ] as [([String], String?, String, String)])
    func notes(options: [String], reason: String?, push: String, note: String) async throws {
        let shell = try await run(options, Body.repository(reason: reason, push: push))
        #expect(shell.status == 0)
        #expect(shell.output == ["\(Self.name)  Verified"])
        #expect(shell.errors == ["\(Self.name): \(note)"])
    }

    @Test("A denied push is noted only if push access was verified", arguments: [([], "no"), (["--push"], "yes")])
    func noNote(options: [String], push: String) async throws {
        #expect(try await run(options, Body.repository(push: push)).errors.isEmpty)
    }

    @Test("Verifying sends every name as typed and continues after a failure")
    func several() async throws {
        try await FakeCloud.run { request in
            if request.body.contains("gone") { return .failure(404, "Not found") }
            return .ok(Body.repository(state: request.body.contains("bad") ? "Rejected" : "Verified", reason: nil))
        } _: { cloud in
            let names = ["a.example/gone", "a.example/x:v1", "a.example/bad", "ubuntu"]
            let shell = await Shell.run(["repository", "verify", "--push"] + names, at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output == ["\(Self.name)  Verified"])
            #expect(shell.errors.count == 3)
            #expect(shell.errors.first == "a.example/gone: Not found (404)")
            #expect(shell.errors.last == "a.example/bad: Rejected: the server gave no reason")
            #expect(cloud.lines == Array(repeating: "POST /api/repo/v1/verification/", count: 3))
            #expect(
                cloud.requests.map(\.body) == [
                    #"{"name":"a.example/gone","push":true}"#, #"{"name":"a.example/bad","push":true}"#, #"{"name":"ubuntu","push":true}"#,
                ])
        }
    }
}
