import HTTPSupport
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// A registry, or a proxy in front of it, may respond to an upload before it has read the body: because of a quota, an expired token, or
/// nginx's `client_max_body_size`.
@Suite("Early responses to uploads")
struct EarlyResponseTests {
    /// The status of the registry, and the status that the client receives.
    private static let statuses = [(202, 202), (401, 403), (404, 404), (413, 413), (500, 502), (307, 502)]

    /// An upload with its own repository and login: a refused login is held back, and other logins are not.
    private struct Upload {
        /// At the registry.
        let path: String
        /// At the gateway.
        let location: String
    }

    private static func run(_ body: (Fixture) async throws -> Void) async throws {
        var behavior = Fixture.behavior
        for number in 0..<40 { behavior.users["user-\(number)"] = "password-\(number)" }
        try await Fixture.run(behavior) { fixture in
            #expect(try await pull(fixture) == 200)
            try await body(fixture)
        }
    }

    private static func begin(_ fixture: Fixture, _ count: Int) async throws -> [Upload] {
        try await (0..<count).asyncMap { number in
            let path = "team/early-\(number)"
            try await fixture.register(path, "user-\(number)", "password-\(number)")
            let location = try #require(try await fixture.send("POST", "blobs/uploads/", of: path)["Location"])
            return Upload(path: "/v2/\(path)/blobs/uploads/1", location: location)
        }
    }

    private static func answer(_ upload: Upload, _ status: Int, then ending: RegistryReply.Ending, _ fixture: Fixture) {
        let reply = RegistryReply.raw(statusLine: "HTTP/1.1 \(status) Early", ["Location: \(upload.path)"], then: ending)
        fixture.registry.setEarly(reply, for: "PATCH", upload.path)
    }

    private static func pull(_ fixture: Fixture) async throws -> Int {
        try await fixture.send("HEAD", "blobs/\(Sample.blobDigest)").status
    }

    /// A PATCH of which only the first thousand bytes of the body are sent.
    private static func beginning(_ fixture: Fixture, _ upload: Upload, isMeasured: Bool) -> [UInt8] {
        let piece = [UInt8](repeating: 0x61, count: 1000)
        let fields = isMeasured ? [("Content-Length", "1000000")] : [("Transfer-Encoding", "chunked")]
        let body = isMeasured ? piece : Array("3e8\r\n".utf8) + piece + Array("\r\n".utf8)
        return fixture.server.request("PATCH", upload.location, fields.map { (name: $0.0, value: $0.1) }, body: body).bytes
    }

    @Test("The client receives the response at once, although it has sent a thousandth of its body", arguments: statuses)
    func waits(_ answered: Int, _ expected: Int) async throws {
        try await Self.run { fixture in
            let endings = RegistryReply.Ending.allCases.flatMap { [($0, true), ($0, false)] }
            for (upload, (ending, isMeasured)) in zip(try await Self.begin(fixture, endings.count), endings) {
                Self.answer(upload, answered, then: ending, fixture)
                let connection = try await RawConnection.open(port: fixture.server.port)
                try await connection.send(Self.beginning(fixture, upload, isMeasured: isMeasured))
                let started = ContinuousClock.now
                let response = try await connection.receive()
                // A reset may arrive before the response that was written before it.
                #expect(response.status == expected || (ending == .reset && response.status == 502), "\(ending): \(response.text)")
                #expect(ContinuousClock.now - started < .seconds(10))
                #expect(fixture.registry.beginnings.contains { $0.hasPrefix("PATCH \(upload.path)") })
                await connection.close()
            }
            #expect(try await Self.pull(fixture) == 200)
        }
    }

    @Test("An upload that continues after an early response, or whose client disconnects, affects no other request", arguments: statuses)
    func floods(_ answered: Int, _ expected: Int) async throws {
        try await Self.run { fixture in
            for (round, upload) in try await Self.begin(fixture, 40).enumerated() {
                Self.answer(upload, answered, then: RegistryReply.Ending.allCases[round % 3], fixture)
                let connection = try await RawConnection.open(port: fixture.server.port)
                try await connection.send(Self.beginning(fixture, upload, isMeasured: round % 2 == 0))
                // A client that continues to send after an early response may find the connection closed.
                for _ in 0..<(round % 5) { try? await connection.send([UInt8](repeating: 0x62, count: 100_000)) }
                if round % 4 == 0 { _ = try? await connection.receive() }
                await connection.close()
            }
            #expect(try await Self.pull(fixture) == 200)
        }
    }

    @Test("After an early response and a complete body, the client's connection is usable", arguments: statuses)
    func reuses(_ answered: Int, _ expected: Int) async throws {
        try await Self.run { fixture in
            let connection = try await RawConnection.open(port: fixture.server.port)
            for (number, upload) in try await Self.begin(fixture, 4).enumerated() {
                Self.answer(upload, answered, then: .open, fixture)
                let request = fixture.server.request("PATCH", upload.location, body: [UInt8](repeating: 0x61, count: 100_000))
                try await connection.send((number % 2 == 0 ? request : request.chunked(by: 10_000)).bytes)
                #expect(try await connection.receive().status == expected)
                let next = fixture.server.request("HEAD", "/v2/\(fixture.name())/blobs/\(Sample.blobDigest)")
                #expect(try await connection.send(next).status == 200)
            }
            await connection.close()
        }
    }

    @Test("An early refusal of a login holds back that login only")
    func held() async throws {
        try await Self.run { fixture in
            let uploads = try await Self.begin(fixture, 2)
            for upload in uploads { Self.answer(upload, 401, then: .open, fixture) }
            for upload in uploads {
                let request = fixture.server.request("PATCH", upload.location, body: Sample.blob)
                let first = try await fixture.server.send(request)
                #expect(first.status == 403 && first.code == "DENIED", "\(first.text)")
                let count = fixture.registry.beginnings.count
                let second = try await fixture.server.send(request)
                #expect(second.status == 403 && second.code == "DENIED" && second["Retry-After"] != nil, "\(second.text)")
                #expect(fixture.registry.beginnings.count == count)
                #expect(try await Self.pull(fixture) == 200)
            }
        }
    }

    @Test("A registry's connection serves the next upload after a response to a whole body")
    func keepsAlive() async throws {
        try await Self.run { fixture in
            let upload = try #require(try await Self.begin(fixture, 1).first)
            fixture.registry.set(.answer(status: 202, headers: ["Location": upload.path]), for: "PATCH", upload.path)
            for _ in 0..<3 {
                let request = fixture.server.request("PATCH", upload.location, body: [UInt8](repeating: 1, count: 50_000))
                #expect(try await fixture.server.send(request).status == 202)
            }
            let count = fixture.registry.openings.count
            for _ in 0..<10 {
                let request = fixture.server.request("PATCH", upload.location, body: [UInt8](repeating: 1, count: 50_000))
                #expect(try await fixture.server.send(request).status == 202)
            }
            #expect(fixture.registry.openings.count == count)
        }
    }
}
