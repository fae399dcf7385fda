import Foundation
import NIOHTTP1
import TestSupport
import Testing

@Suite("Registries with invalid status lines", .serialized)
struct InvalidStatusTests {
    private static let statusLines =
        ["000", "001", "099", "101", "199", "600", "999", "2000", "-20", ""].map { "HTTP/1.1 \($0) X" } + [
            String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 10_000) + "HTTP/1.1 200 OK"
        ]

    @Test("The server survives every invalid status line, in response to every kind of request", .timeLimit(.minutes(4)))
    func requests() async throws {
        try await FaultyRegistry.run(RegistryBehavior(repositories: ["team/a"])) { registry in
            try await HostileRegistryScene.run { scene in
                let digest = "sha256:\(String(repeating: "a", count: 64))"
                let calls: [(method: String, path: String)] = [
                    ("GET", "manifests/v1"), ("HEAD", "manifests/v1"), ("GET", "blobs/\(digest)"), ("HEAD", "blobs/\(digest)"),
                    ("GET", "tags/list"), ("GET", "referrers/\(digest)"), ("POST", "blobs/uploads/"), ("PUT", "manifests/v1"),
                ]
                try await scene.register("\(registry.authority)/team/a")
                for line in Self.statusLines {
                    for (_, path) in calls {
                        for method in ["GET", "HEAD", "POST", "PUT"] {
                            registry.set(.raw(statusLine: line, then: .open), for: method, "/v2/team/a/\(path)")
                        }
                    }
                    for (method, path) in calls {
                        let body: [UInt8]? = method == "PUT" ? Array("{}".utf8) : method == "POST" ? [] : nil
                        let response = try await scene.send(
                            scene.request(method, scene.path(registry.authority, "team/a", path), body: body))
                        #expect(response.status == 502, "\(line.prefix(30)) to \(method) \(path): \(response.text)")
                    }
                    for push in [false, true] {
                        let body = #"{"name": "\#(registry.authority)/team/a", "push": \#(push)}"#
                        let answer = try await scene.client.call("POST", "/api/repo/v1/verification/", body)
                        #expect(answer.status == 200 && answer.body.contains("Unreachable"), "\(answer.text)")
                    }
                }
                try await scene.expectAlive()
            }
        }
    }

    @Test("Background verifications with invalid status lines finish, and the server starts again", .timeLimit(.minutes(3)))
    func background() async throws {
        try await FaultyRegistry.run(RegistryBehavior(repositories: ["team/a"])) { registry in
            let folder = try TemporaryDirectory()
            for line in ["HTTP/1.1 000 X", "HTTP/1.1 099 X", "HTTP/1.1 101 X"] {
                registry.set(.raw(statusLine: line, then: .open), for: "GET", "/v2/team/a/tags/list")
                try await LightermanProcess.with(in: folder, ["--allow", "127.0.0.0/8"]) { server in
                    let scene = HostileRegistryScene(server: server, client: try APIClient(server), port: 0)
                    if line.contains("000") { try await scene.register("\(registry.authority)/team/a") }
                    try await scene.expectAlive()
                }
                _ = try await run(
                    "sqlite3", [folder.path(of: "data/lighterman.sqlite"), "UPDATE repositories SET due = 0"]
                ).succeeded()
                let count = registry.requests.count
                try await LightermanProcess.with(in: folder, ["--allow", "127.0.0.0/8"]) { server in
                    let end = ContinuousClock.now + .seconds(30)
                    while registry.requests.count == count, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
                    #expect(registry.requests.count > count, "nothing was checked")
                    try await Task.sleep(for: .milliseconds(300))
                    #expect(try await APIClient(server).call("GET", "/readyz").status == 200)
                }
            }
        }
    }

    @Test(
        "If the process crashes during a background check, the next start logs it and postpones the check by hours", .timeLimit(.minutes(2))
    )
    func interrupted() async throws {
        try await FaultyRegistry.run(RegistryBehavior(repositories: ["team/a"])) { registry in
            registry.set(.hang, for: "GET", "/v2/team/a/tags/list")
            let folder = try TemporaryDirectory()
            try await LightermanProcess.with(in: folder, ["--allow", "127.0.0.0/8"]) { server in
                try await HostileRegistryScene(server: server, client: try APIClient(server), port: 0)
                    .register("\(registry.authority)/team/a")
            }
            let database = folder.path(of: "data/lighterman.sqlite")
            _ = try await run("sqlite3", [database, "UPDATE repositories SET due = 0"]).succeeded()
            let server = try await LightermanProcess(in: folder, ["--allow", "127.0.0.0/8"])
            let end = ContinuousClock.now + .seconds(30)
            while !registry.lines.contains(where: { $0.contains("tags/list") }), ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(20))
            }
            try await server.killAtOnce()
            try await LightermanProcess.with(in: folder, ["--allow", "127.0.0.0/8"]) { server in
                let end = ContinuousClock.now + .seconds(30)
                while !server.log.contains("the process ended during a background check"), ContinuousClock.now < end {
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(server.log.contains("the process ended during a background check"))
                #expect(server.log.contains("\(registry.authority)/team/a"))
            }
            let due = try await run("sqlite3", [database, "SELECT due / 1000 - unixepoch() FROM repositories"]).succeeded()
            #expect(try #require(Int(due.trimmingCharacters(in: .whitespacesAndNewlines))) > 4 * 3600)
        }
    }
}
