import Foundation
import NIOHTTP1
import TestSupport
import Testing

@Suite("Registries that respond before they have read an upload", .serialized)
struct EarlyUploadTests {
    private static let repetitions = 200
    private static let uploads = "/v2/team/a/blobs/uploads/"
    private static let beginning = [UInt8](repeating: 0x61, count: 1000)

    /// - Returns: the start of a body of a million bytes.
    private static func request(_ scene: HostileRegistryScene, _ method: String, _ target: String, length: Int = 1_000_000) -> [UInt8] {
        scene.request(method, target, [("Content-Length", "\(length)")], body: beginning).bytes
    }

    @Test(
        "The server survives each early response of a registry 200 times, whatever the registry does with the connection",
        .timeLimit(.minutes(5)),
        arguments: [202, 201, 307, 401, 404, 413, 500])
    func fakeRegistry(_ status: Int) async throws {
        try await FaultyRegistry.run(RegistryBehavior(repositories: ["team/a"])) { registry in
            try await HostileRegistryScene.run { scene in
                try await scene.register("\(registry.authority)/team/a")
                // The body is sent with the PUT that follows the POST.
                let target = scene.path(registry.authority, "team/a", "blobs/uploads/?digest=sha256:\(String(repeating: "a", count: 64))")
                for round in 0..<Self.repetitions {
                    let ending = RegistryReply.Ending.allCases[round % 3]
                    registry.setEarly(
                        .raw(statusLine: "HTTP/1.1 \(status) Early", ["Location: \(Self.uploads)1"], then: ending), for: "PUT",
                        "\(Self.uploads)1")
                    let connection = try await RawConnection.open(port: scene.port)
                    try await connection.send(Self.request(scene, "POST", target))
                    switch round % 4 {
                    case 0: try? await connection.send([UInt8](repeating: 0x62, count: 300_000))
                    case 1: await connection.close()
                    default:
                        let response = try await connection.receive()
                        #expect(response.status >= 200)
                    }
                    await connection.close()
                }
                #expect(registry.beginnings.contains { $0.hasPrefix("PUT \(Self.uploads)1") })
                try await scene.expectAlive()
            }
        }
    }

    @Test(
        "The server survives 200 PATCH requests to an expired upload on docker-registry", .timeLimit(.minutes(5)),
        .enabled(if: DockerRegistry.isInstalled, "docker-registry, htpasswd or skopeo is not installed"))
    func dockerRegistry() async throws {
        try await DockerRegistry.run(users: ["carol": "sesame"]) { registry in
            try await HostileRegistryScene.run { scene in
                try await scene.register("\(registry.authority)/team/a", username: "carol", password: "sesame")
                let begun = scene.path(registry.authority, "team/a", "blobs/uploads/")
                for round in 0..<Self.repetitions {
                    let location = try #require(try await scene.send(scene.request("POST", begun, body: []))["Location"])
                    _ = try await scene.send(scene.request("DELETE", location))
                    let connection = try await RawConnection.open(port: scene.port)
                    try await connection.send(Self.request(scene, "PATCH", location))
                    if round % 4 != 3 {
                        let response = try await connection.receive()
                        #expect(response.status == 404, "\(response.text)")
                    }
                    await connection.close()
                }
                try await scene.expectAlive()
            }
        }
    }

    @Test(
        "The server survives 200 pushes that docker-registry rejects for a wrong password", .timeLimit(.minutes(5)),
        .enabled(if: DockerRegistry.isInstalled, "docker-registry, htpasswd or skopeo is not installed"))
    func wrongPassword() async throws {
        try await DockerRegistry.run(users: ["carol": "sesame"]) { registry in
            try await HostileRegistryScene.run { scene in
                try await scene.register("\(registry.authority)/team/a", username: "carol", password: "wrong")
                let target = scene.path(registry.authority, "team/a", "blobs/uploads/?digest=sha256:\(String(repeating: "a", count: 64))")
                for _ in 0..<Self.repetitions {
                    let response = try await scene.send(scene.request("POST", target, body: [UInt8](repeating: 0x61, count: 200_000)))
                    // After a rejected login, further ones are suspended for a while, with the same status.
                    #expect(response.status == 403, "\(response.text)")
                }
                try await scene.expectAlive()
            }
        }
    }

    @Test(
        "The server survives 200 bodies that nginx rejects for exceeding its default limit", .timeLimit(.minutes(5)),
        .enabled(if: NginxProxy.isInstalled, "nginx is not installed"))
    func nginx() async throws {
        try await FaultyRegistry.run(RegistryBehavior(repositories: ["team/a"])) { registry in
            try await NginxProxy.run(before: registry.port) { proxy in
                try await HostileRegistryScene.run { scene in
                    try await scene.register("\(proxy.authority)/team/a")
                    let begun = scene.path(proxy.authority, "team/a", "blobs/uploads/")
                    let location = try #require(try await scene.send(scene.request("POST", begun, body: []))["Location"])
                    for round in 0..<Self.repetitions {
                        let connection = try await RawConnection.open(port: scene.port)
                        try await connection.send(Self.request(scene, "PATCH", location, length: 2_000_000))
                        if round % 2 == 0 { try? await connection.send([UInt8](repeating: 0x62, count: 200_000)) }
                        let response = try await connection.receive()
                        #expect(response.status == 413, "\(response.text)")
                        await connection.close()
                    }
                    #expect(try await scene.send(scene.request("POST", begun, body: [])).status == 202)
                }
            }
        }
    }
}
