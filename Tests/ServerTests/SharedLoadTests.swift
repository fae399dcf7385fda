import Foundation
import NIOHTTP1
import TestSupport
import Testing

@Suite("Fairness between accounts", .serialized)
struct SharedLoadTests {
    private static let manifest = Array(
        #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[]}"#.utf8)
    private static let digest = "sha256:b0ff67b72a1d087090ad4fe635c35ad2752dd27d26f9435bb7877f40ecdc0bc3"

    private static func behavior(_ path: String = "team/a") -> RegistryBehavior {
        var behavior = RegistryBehavior(repositories: [path])
        let reply = RegistryReply.answer(
            status: 200, headers: ["Content-Type": "application/vnd.oci.image.manifest.v1+json", "Docker-Content-Digest": digest],
            body: manifest)
        behavior.contents["/v2/\(path)/manifests/v1"] = reply
        return behavior
    }

    /// Sends requests without reading the responses, and leaves their connections open.
    private static func open(_ scene: HostileRegistryScene, _ requests: [RawRequest]) async throws -> [RawConnection] {
        var connections: [RawConnection] = []
        for request in requests {
            let connection = try await RawConnection.open(port: scene.port)
            connection.begin(request.bytes)
            connections.append(connection)
        }
        return connections
    }

    private static func account(_ name: String, in scene: HostileRegistryScene) async throws -> APIClient {
        try await scene.client.makeUser(name)
        let key = try await scene.client.makeKey(#"{"account": "\#(name)", "scopes": ["repository:read", "repository:write", "pull"]}"#)
        return APIClient(scene.server, account: name, key: try #require(key.key))
    }

    @Test("500 concurrent pulls from a registry that takes 150 ms all succeed, with one ping and one fetch", .timeLimit(.minutes(2)))
    func pulls() async throws {
        try await FaultyRegistry.run(Self.behavior()) { registry in
            for (method, path) in [("GET", "/v2/"), ("HEAD", "/v2/team/a/manifests/v1"), ("GET", "/v2/team/a/manifests/v1")] {
                let behavior = Self.behavior()
                registry.set(for: method, path) { .late(milliseconds: 150, behavior.answer($0)) }
            }
            try await HostileRegistryScene.run { scene in
                try await scene.register("\(registry.authority)/team/a")
                let request = scene.request("GET", scene.path(registry.authority, "team/a", "manifests/v1"))
                var connections: [RawConnection] = []
                for _ in 0..<500 { connections.append(try await RawConnection.open(port: scene.port)) }
                for connection in connections { try await connection.send(request.bytes) }
                for connection in connections {
                    let response = try await connection.receive()
                    #expect(response.status == 200, "\(response.text)")
                    await connection.close()
                }
                #expect(registry.lines.count { $0 == "GET /v2/" } == 1)
                #expect(registry.lines.count { $0 == "GET /v2/team/a/manifests/v1" } == 1)
            }
        }
    }

    @Test("256 slow downloads by one account do not block the registry for another", .timeLimit(.minutes(2)))
    func downloads() async throws {
        try await FaultyRegistry.run(Self.behavior()) { registry in
            let digest = "sha256:\(String(repeating: "a", count: 64))"
            registry.set(.hangInBody(status: 200), for: "GET", "/v2/team/a/blobs/\(digest)")
            try await HostileRegistryScene.run { scene in
                try await scene.register("\(registry.authority)/team/a")
                let alice = try await Self.account("alice", in: scene)
                try await scene.register("\(registry.authority)/team/a", as: alice)
                let slow = scene.request("GET", scene.path(registry.authority, "team/a", "blobs/\(digest)"))
                let connections = try await Self.open(scene, [RawRequest](repeating: slow, count: 256))
                let end = ContinuousClock.now + .seconds(20)
                while registry.lines.count(where: { $0.contains("/blobs/") }) < 60, ContinuousClock.now < end {
                    try await Task.sleep(for: .milliseconds(20))
                }
                let started = ContinuousClock.now
                let pull = scene.request("GET", scene.path(registry.authority, "team/a", "manifests/v1"), as: alice)
                #expect(try await scene.send(pull).status == 200)
                #expect(ContinuousClock.now - started < .seconds(6))
                for connection in connections { await connection.close() }
            }
        }
    }

    @Test("400 verifications by one account do not delay another account's pull from the same registry", .timeLimit(.minutes(3)))
    func verifications() async throws {
        try await FaultyRegistry.run(Self.behavior()) { registry in
            let behavior = Self.behavior()
            for (method, path) in [
                ("GET", "/v2/"), ("GET", "/v2/team/a/tags/list"), ("HEAD", "/v2/team/a/manifests/v1"), ("GET", "/v2/team/a/manifests/v1"),
            ] {
                registry.set(for: method, path) { .late(milliseconds: 200, behavior.answer($0)) }
            }
            try await HostileRegistryScene.run { scene in
                try await scene.register("\(registry.authority)/team/a")
                let mallory = try await Self.account("mallory", in: scene)
                try await scene.register("\(registry.authority)/team/a", as: mallory)
                let pull = scene.request("GET", scene.path(registry.authority, "team/a", "manifests/v1"))
                let clock = ContinuousClock()
                let alone = try await clock.measure {
                    let response = try await scene.send(pull)
                    #expect(response.status == 200)
                }
                let body = Array(#"{"name": "\#(registry.authority)/team/a"}"#.utf8)
                let verification = scene.request("POST", "/api/repo/v1/verification/", body: body, as: mallory)
                let connections = try await Self.open(scene, [RawRequest](repeating: verification, count: 400))
                try await Task.sleep(for: .seconds(1))
                let loaded = try await clock.measure {
                    let response = try await scene.send(pull)
                    #expect(response.status == 200)
                }
                #expect(loaded < alone * 3 + .seconds(1), "\(loaded), alone \(alone)")
                for connection in connections { await connection.close() }
            }
        }
    }

    @Test(
        "200 unfinished manifests, pulled or pushed, grow the server by less than 100 MB", .timeLimit(.minutes(3)),
        arguments: ["GET", "PUT"])
    func manifests(_ method: String) async throws {
        let size = 4 << 20
        let large = [UInt8](repeating: 0x20, count: size - 16)
        try await FaultyRegistry.run(Self.behavior()) { registry in
            for number in 0..<200 {
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(size)\r\n\r\n"
                for each in ["GET", "HEAD"] {
                    registry.set(
                        .raw(Array(head.utf8) + (each == "GET" ? large : []), then: .open), for: each, "/v2/team/a/manifests/v\(number)")
                }
            }
            try await HostileRegistryScene.run { scene in
                try await scene.register("\(registry.authority)/team/a")
                try await scene.expectAlive()
                let before = try scene.server.residentBytes()
                let requests = (0..<200).map { number in
                    let target = scene.path(registry.authority, "team/a", "manifests/v\(number)")
                    return method == "GET"
                        ? scene.request(method, target)
                        : scene.request(method, target, [("Content-Length", "\(size)")], body: large)
                }
                let connections = try await Self.open(scene, requests)
                try await Task.sleep(for: .seconds(5))
                try await scene.expectAlive()
                let grown = try scene.server.peakResidentBytes() - before
                print("200 unfinished manifests (\(method)): grown by \(grown >> 20) MB")
                #expect(grown < 100 << 20)
                for connection in connections { await connection.close() }
            }
        }
    }
}
