import Gateway
import NIOCore
import NIOHTTP1
import RegistryClient
import TestSupport
import Testing

@Suite("Metrics of upstream errors")
struct UpstreamErrorTests {
    private static let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
    private static let resource = "blobs/\(Sample.blobDigest)"

    @Test(
        "Each failure is counted once, by its reason",
        arguments: [
            (RegistryReply.hangUp, "unreachable"), (.error(403, "DENIED", "no"), "refused"),
            (.challenge(#"Basic realm="x""#), "refused"), (.challenge(#"Bearer realm="not a URL""#), "forbidden"),
            (.redirect(to: "ftp://registry.example/blob"), "forbidden"), (.tooManyRequests(retryAfter: 9), "throttled"),
            (.html(500), "failed"), (.html(503), "failed"), (.html(204), "invalid"),
            (.answer(status: 200, body: Sample.flipped(Sample.blob)), "invalid"), (.truncated(status: 200), "broken"),
        ])
    func reasons(_ reply: RegistryReply, _ reason: String) async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(verifiesBlobs: true))) { try await Self.expect(reason, of: reply, $0) }
    }

    @Test(
        "A registry that hangs before or within a response is counted as a timeout",
        arguments: [RegistryReply.hang, .hangInBody(status: 200)])
    func silence(_ reply: RegistryReply) async throws {
        var limits = UpstreamLimits()
        limits.response = .seconds(1)
        try await Fixture.run(gateway: TestGateway(limits: limits, silence: 1)) { try await Self.expect("timeout", of: reply, $0) }
    }

    private static func expect(_ reason: String, of reply: RegistryReply, _ fixture: Fixture) async throws {
        fixture.registry.set(reply, for: "GET", path)
        let response = try? await fixture.send("GET", resource)
        #expect(response.map { $0.status >= 400 } ?? true)
        // Incomplete responses are counted after the client has detected them.
        try? await fixture.wait { !fixture.upstreamErrors.isEmpty }
        #expect(fixture.upstreamErrors == [reason: 1])
        let notices = fixture.server.log.lines.filter { $0.contains("upstream request failed") }
        #expect(
            notices.count == 1 && notices[0].hasPrefix("notice ")
                && notices[0].contains("repository=\(fixture.registry.authority)/team/image"), "\(notices)")
        #expect(notices.first?.contains("status=") == true && notices.first?.contains("reason=") == true)
    }

    @Test("A list or a part that breaks off is logged once, with the status that was sent and the registered name")
    func breaks() async throws {
        let rows = [("tags/list", [], 200), ("referrers/\(Sample.blobDigest)", [], 200), (Self.resource, [("Range", "bytes=0-99")], 206)]
        for (resource, fields, status) in rows as [(String, [(String, String)], Int)] {
            try await Fixture.run { fixture in
                let headers: HTTPHeaders = status == 206 ? ["Content-Range": "bytes 0-99/200"] : [:]
                fixture.registry.set(.truncated(status: status, headers: headers), for: "GET", "/v2/team/image/\(resource)")
                await #expect(throws: (any Error).self) { try await fixture.send("GET", resource, fields) }
                try await fixture.wait { fixture.server.log.text.contains("upstream request failed") }
                let notices = fixture.server.log.lines.filter { $0.contains("upstream request failed") }
                #expect(notices.count == 1 && notices[0].contains("status=\(status)"), "\(notices)")
                #expect(notices[0].contains("repository=\(fixture.registry.authority)/team/image"), "\(notices)")
            }
        }
    }

    @Test("A manifest with another digest is counted as invalid")
    func manifest() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(
                Sample.manifestReply(Sample.flipped(Sample.manifest)), for: "GET", "/v2/team/image/manifests/\(Sample.manifestDigest)")
            let response = try await fixture.send("GET", "manifests/\(Sample.manifestDigest)")
            #expect(response.status == 502 && fixture.upstreamErrors == ["invalid": 1] && fixture.bytes == [0, 0])
        }
    }

    @Test("A missing blob or an unauthorized client is not counted as an upstream error")
    func answers() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.error(404, "BLOB_UNKNOWN", "none"), for: "GET", Self.path)
            fixture.registry.set(.error(416, "RANGE_INVALID", "none"), for: "GET", "/v2/team/image/manifests/v1")
            let statuses = [
                try await fixture.send("GET", Self.resource), try await fixture.send("GET", "manifests/v1"),
                try await fixture.send("GET", Self.resource, as: .nobody), try await fixture.send("GET", Self.resource, of: "team/unknown"),
                try await fixture.send("DELETE", Self.resource),
            ].map(\.status)
            #expect(statuses == [404, 416, 401, 404, 405] && fixture.upstreamErrors.isEmpty)
        }
    }

    @Test("A client that disconnects during a blob is not counted as an upstream error")
    func gone() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.endless(status: 200), for: "GET", Self.path)
            let connection = try await RawConnection.open(port: fixture.server.port)
            try await connection.send(fixture.server.request("GET", "/v2/\(fixture.name())/\(Self.resource)").bytes)
            try await fixture.wait { fixture.bytes[0] ?? 0 > 0 }
            let count = fixture.registry.connectionCount
            await connection.close()
            try await fixture.wait { fixture.registry.connectionCount < count }
            #expect(fixture.upstreamErrors.isEmpty)
        }
    }

    @Test("A client that disconnects during an upload is not counted as an upstream error")
    func stopped() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(
                .answer(status: 202, headers: ["Location": "/v2/team/image/blobs/uploads/1"]), for: "PATCH",
                "/v2/team/image/blobs/uploads/1")
            let begun = try #require(try await fixture.send("POST", "blobs/uploads/")["Location"])
            let request = fixture.server.request("PATCH", begun, body: [UInt8](repeating: 7, count: 500_000))
            let connection = try await RawConnection.open(port: fixture.server.port)
            try await connection.send(Array(request.bytes.dropLast(100_000)))
            try await fixture.wait { fixture.bytes[1] ?? 0 > 0 }
            let count = fixture.registry.connectionCount
            await connection.close()
            try await fixture.wait { fixture.registry.connectionCount < count && fixture.server.log.text.contains("ended early") }
            #expect(fixture.upstreamErrors.isEmpty)
        }
    }
}
