import HTTPSupport
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// A registry, or a proxy before it, may answer an upload before it has read the body: a quota, a token that has ended, nginx's
/// `client_max_body_size`.
@Suite("Registries that answer uploads early")
struct EarlyResponseTests {
    private static let upload = "/v2/team/image/blobs/uploads/1"
    /// What the registry answers, and what the client gets.
    private static let statuses = [(202, 202), (401, 403), (404, 404), (413, 413), (500, 502), (307, 502)]

    private static func reply(_ status: Int, then ending: RegistryReply.Ending) -> RegistryReply {
        .raw(statusLine: "HTTP/1.1 \(status) Early", ["Location: \(upload)"], then: ending)
    }

    private static func begin(_ house: House) async throws -> String {
        house.registry.set(.answer(status: 202, headers: ["Location": "\(upload)"]), for: "POST", "/v2/team/image/blobs/uploads/")
        return try #require(try await house.send("POST", "blobs/uploads/")["Location"])
    }

    /// A PATCH whose body never comes, but for its first thousand bytes.
    private static func beginning(_ house: House, _ location: String, isMeasured: Bool) -> [UInt8] {
        let piece = [UInt8](repeating: 0x61, count: 1000)
        let fields = isMeasured ? [("Content-Length", "1000000")] : [("Transfer-Encoding", "chunked")]
        let body = isMeasured ? piece : Array("3e8\r\n".utf8) + piece + Array("\r\n".utf8)
        return house.server.request("PATCH", location, fields.map { (name: $0.0, value: $0.1) }, body: body).bytes
    }

    @Test("The client gets the response at once, although it has sent a thousandth of its body", arguments: statuses)
    func waits(_ answered: Int, _ expected: Int) async throws {
        try await House.run { house in
            let location = try await Self.begin(house)
            for ending in RegistryReply.Ending.allCases {
                house.registry.setEarly(Self.reply(answered, then: ending), for: "PATCH", Self.upload)
                for isMeasured in [true, false] {
                    let connection = try await RawConnection.open(port: house.server.port)
                    try await connection.send(Self.beginning(house, location, isMeasured: isMeasured))
                    let started = ContinuousClock.now
                    let response = try await connection.receive()
                    // A reset may overtake the response that was written before it.
                    #expect(response.status == expected || (ending == .reset && response.status == 502), "\(ending): \(response.text)")
                    #expect(ContinuousClock.now - started < .seconds(10))
                    await connection.close()
                }
            }
            #expect(try await house.send("HEAD", "blobs/\(Sample.blobDigest)").status == 200)
        }
    }

    @Test("An upload that goes on behind an early response, or whose client leaves, ends nothing else", arguments: statuses)
    func floods(_ answered: Int, _ expected: Int) async throws {
        try await House.run { house in
            let location = try await Self.begin(house)
            for round in 0..<40 {
                house.registry.setEarly(
                    Self.reply(answered, then: RegistryReply.Ending.allCases[round % 3]), for: "PATCH", Self.upload)
                let connection = try await RawConnection.open(port: house.server.port)
                try await connection.send(Self.beginning(house, location, isMeasured: round % 2 == 0))
                // Who is told so early, and goes on sending all the same, may find the connection closed.
                for _ in 0..<(round % 5) { try? await connection.send([UInt8](repeating: 0x62, count: 100_000)) }
                if round % 4 == 0 { _ = try? await connection.receive() }
                await connection.close()
            }
            // A login that the registry has refused so often is held back.
            let after = try await house.send("HEAD", "blobs/\(Sample.blobDigest)").status
            #expect(after == 200 || (answered == 401 && after == 503))
        }
    }

    @Test("A whole body behind an early response leaves the client's connection usable", arguments: statuses)
    func reuses(_ answered: Int, _ expected: Int) async throws {
        try await House.run { house in
            let location = try await Self.begin(house)
            house.registry.setEarly(Self.reply(answered, then: .open), for: "PATCH", Self.upload)
            let connection = try await RawConnection.open(port: house.server.port)
            for isMeasured in [true, false, true, false] {
                let body = [UInt8](repeating: 0x61, count: 100_000)
                let request = house.server.request("PATCH", location, body: body)
                try await connection.send((isMeasured ? request : request.chunked(by: 10_000)).bytes)
                #expect(try await connection.receive().status == expected)
                let next = house.server.request("HEAD", "/v2/\(house.name())/blobs/\(Sample.blobDigest)")
                #expect(try await connection.send(next).status == 200)
            }
            await connection.close()
        }
    }

    @Test("A registry's connection serves the next upload after a response to a whole body")
    func keepsAlive() async throws {
        try await House.run { house in
            let location = try await Self.begin(house)
            house.registry.set(.answer(status: 202, headers: ["Location": Self.upload]), for: "PATCH", Self.upload)
            for _ in 0..<3 {
                let request = house.server.request("PATCH", location, body: [UInt8](repeating: 1, count: 50_000))
                #expect(try await house.server.send(request).status == 202)
            }
            let count = house.registry.openings.count
            for _ in 0..<10 {
                let request = house.server.request("PATCH", location, body: [UInt8](repeating: 1, count: 50_000))
                #expect(try await house.server.send(request).status == 202)
            }
            #expect(house.registry.openings.count == count)
        }
    }
}
