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

    @Test("A requested part has no Docker-Content-Digest") func requested() async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(verifiesBlobs: true))) { fixture in
            fixture.registry.set(Self.part, for: "GET", Self.path)
            let response = try await fixture.send("GET", Self.resource, [("Range", "bytes=0-3")])
            #expect(response.status == 206 && response.body == Array("evil".utf8) && response["Docker-Content-Digest"] == nil)
        }
    }
}
