import Foundation
import TestSupport
import Testing

@Suite("Memory after a load", .serialized)
struct MemoryReturnTests {
    @Test("After 200 manifests of 4 MB in pieces, the idle server has grown by less than 40 MB", .timeLimit(.minutes(4)))
    func quiet() async throws {
        let size = 4 << 20
        let large = [UInt8](repeating: 0x20, count: size - 16)
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(size)\r\n\r\n"
        try await FaultyRegistry.run(RegistryBehavior(repositories: ["team/a"])) { registry in
            for number in 0..<200 {
                for method in ["GET", "HEAD"] {
                    let bytes = Array(head.utf8) + (method == "GET" ? large : [])
                    registry.set(.raw(bytes, then: .open), for: method, "/v2/team/a/manifests/v\(number)")
                }
            }
            try await HostileRegistryScene.run { scene in
                try await scene.register("\(registry.authority)/team/a")
                try await scene.expectAlive()
                let before = try scene.server.residentBytes()
                for round in 0..<3 {
                    var connections: [RawConnection] = []
                    for number in 0..<200 {
                        let target = scene.path(registry.authority, "team/a", "manifests/v\((number + round) % 200)")
                        let connection = try await RawConnection.open(port: scene.port)
                        connection.begin(scene.request("GET", target).bytes)
                        connections.append(connection)
                    }
                    try await Task.sleep(for: .seconds(3))
                    for connection in connections { await connection.close() }
                }
                let (loaded, end) = (try scene.server.residentBytes(), ContinuousClock.now + .seconds(120))
                var after = loaded
                while after - before > 40 << 20, ContinuousClock.now < end {
                    try await Task.sleep(for: .seconds(1))
                    after = try scene.server.residentBytes()
                }
                print("resident: \(before >> 20) MB before, \(loaded >> 20) MB after the load, \(after >> 20) MB when quiet")
                #expect(after - before <= 40 << 20)
                try await scene.expectAlive()
            }
        }
    }
}
