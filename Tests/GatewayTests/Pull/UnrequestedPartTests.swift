import Gateway
import NIOHTTP1
import TestSupport
import Testing

@Suite("Parts of blobs") struct UnrequestedPartTests {
    private static let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
    private static let resource = "blobs/\(Sample.blobDigest)"
    private static let part = RegistryReply.answer(
        status: 206, headers: ["Content-Range": "bytes 0-3/38", "Docker-Content-Digest": "\(Sample.blobDigest)"],
        body: Array("evil".utf8))

    @Test("An unrequested part is 502, with and without digest verification", arguments: [true, false])
    func unrequested(_ verifies: Bool) async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(verifiesBlobs: verifies))) { fixture in
            for method in ["GET", "HEAD"] { fixture.registry.set(Self.part, for: method, Self.path) }
            for method in ["GET", "HEAD"] {
                let response = try await fixture.send(method, Self.resource)
                #expect(response.status == 502 && !response.text.contains("evil"), "\(method) \(response.status)")
                #expect(response["Docker-Content-Digest"] == nil)
            }
        }
    }

    @Test(
        "A part that is not within a valid requested range is 502, with and without digest verification",
        arguments: [
            ("bytes=0-2", "bytes 0-3/38"), ("bytes=1-3", "bytes 0-3/38"), ("bytes=4-", "bytes 0-3/38"), ("bytes=-4", "bytes 0-3/38"),
            ("bytes=0-1,5-8", "bytes 0-3/38"), ("", "bytes 0-3/38"), ("x", "bytes 0-3/38"), ("items=0-3", "bytes 0-3/38"),
            ("bytes=3-0", "bytes 0-3/38"), ("bytes=", "bytes 0-3/38"), ("bytes=-", "bytes 0-3/38"), ("bytes=0-3,x", "bytes 0-3/38"),
            ("bytes=0-3", "bytes 0-3/*"), ("bytes=0-3", "bytes 0-4/38"), ("bytes=0-3", "bytes 0-2/38"), ("bytes=0-3", "items 0-3/38"),
            ("bytes=0-3", nil), ("bytes=0-3", "bytes 0-3/3"), ("bytes=0-99999999999999999999", "bytes 0-3/38"),
        ] as [(String, String?)], [true, false])
    func outside(_ row: (requested: String, sent: String?), _ verifies: Bool) async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(verifiesBlobs: verifies))) { fixture in
            let headers = HTTPHeaders(row.sent.map { [("Content-Range", $0)] } ?? [])
            fixture.registry.set(.answer(status: 206, headers: headers, body: Array("evil".utf8)), for: "GET", Self.path)
            let response = try await fixture.send("GET", Self.resource, [("Range", row.requested)])
            #expect(response.status == 502 && !response.text.contains("evil"), "\(row) \(response.status) \(response.text)")
        }
    }

    @Test(
        "A part within a requested range is passed on",
        arguments: [
            ("bytes=5-8", 5...8), ("bytes=4-9", 5...8), ("bytes=30-", 30...37), ("bytes=-8", 30...37), ("Bytes=0-1, 5-8", 5...8),
            ("bytes=5-99", 5...37), ("bytes= 5-8", 5...8),
        ])
    func inside(_ requested: String, _ part: ClosedRange<Int>) async throws {
        let headers: HTTPHeaders = ["Content-Range": "bytes \(part.lowerBound)-\(part.upperBound)/38"]
        let body = Array(Sample.blob[part])
        for reply in [RegistryReply.answer(status: 206, headers: headers, body: body), .chunked(status: 206, headers: headers, body: body)]
        {
            try await Fixture.run(gateway: TestGateway(options: .init(verifiesBlobs: true))) { fixture in
                fixture.registry.set(reply, for: "GET", Self.path)
                let response = try await fixture.send("GET", Self.resource, [("Range", requested)])
                #expect(response.status == 206 && response.body == body, "\(response.status) \(response.text)")
                #expect(response["Content-Range"] == headers.first { $0.name == "Content-Range" }?.value)
            }
        }
    }

    @Test("A whole blob in a 206 is verified", arguments: ["bytes=0-", "bytes=0-37", "bytes=-38"])
    func whole(_ requested: String) async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(verifiesBlobs: true))) { fixture in
            func pull(_ body: [UInt8]) async throws -> RawResponse {
                let headers: HTTPHeaders = ["Content-Range": "bytes 0-37/38"]
                fixture.registry.set(.answer(status: 206, headers: headers, body: body), for: "GET", Self.path)
                return try await fixture.send("GET", Self.resource, [("Range", requested)])
            }
            let response = try await pull(Sample.blob)
            #expect(response.status == 206 && response.body == Sample.blob)
            await #expect(throws: RawConnection.Failure.self) { _ = try await pull(Sample.flipped(Sample.blob)) }
        }
    }

    @Test("A requested part has no Docker-Content-Digest") func requested() async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(verifiesBlobs: true))) { fixture in
            fixture.registry.set(Self.part, for: "GET", Self.path)
            let response = try await fixture.send("GET", Self.resource, [("Range", "bytes=0-3")])
            #expect(response.status == 206 && response.body == Array("evil".utf8) && response["Docker-Content-Digest"] == nil)
        }
    }
}
