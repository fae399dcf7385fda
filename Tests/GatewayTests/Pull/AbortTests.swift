import Foundation
import TestSupport
import Testing

@Suite("Clients that go away", .serialized)
struct AbortTests {
    private static let resource = "blobs/\(Sample.blobDigest)"

    /// Of this process, which is server and registry in one.
    private static func descriptors() -> Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0 }

    @Test("Hundreds that leave in the middle of a blob leave nothing behind")
    func hundreds() async throws {
        try await House.run { house in
            house.registry.set(.endless(status: 200), for: "GET", "/v2/team/image/\(Self.resource)")
            let request = house.server.request("GET", "/v2/\(house.name())/\(Self.resource)").bytes
            let before = Self.descriptors()
            for _ in 1...50 {
                try await withThrowingTaskGroup { group in
                    for _ in 1...6 {
                        group.addTask {
                            let connection = try await RawConnection.open(port: house.server.port)
                            try await connection.send(request)
                            try? await Task.sleep(for: .milliseconds(20))
                            await connection.close()
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(house.registry.requests.count { $0.path.hasSuffix(Self.resource) } >= 150)
            try await house.wait(.seconds(60)) { Self.descriptors() <= before + 20 }
            #expect(house.registry.connectionCount <= 20)
        }
    }
}
