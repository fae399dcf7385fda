import Gateway
import NIOHTTP1
import TestSupport
import Testing

/// https://www.rfc-editor.org/rfc/rfc9110#section-8.4
@Suite("Content codings")
struct ContentEncodingTests {
    private static let bytes: [UInt8] = [0x1F, 0x8B, 0x08, 0x00, 0x01, 0x02, 0x03, 0xFF]
    private static let digest = Sample.digest(of: bytes)
    private static let codings = ["gzip", "zstd", "br", "gzip, br"]

    @Test(
        "The gateway requests content without a coding",
        arguments: ["manifests/v1", "manifests/\(Sample.manifestDigest)", "blobs/\(Sample.blobDigest)", "tags/list"])
    func identity(_ resource: String) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            #expect(try await fixture.send("GET", resource, [("Accept-Encoding", "gzip, zstd")]).status == 200)
            let requests = fixture.registry.requests.filter { $0.path != "/v2/" }
            #expect(!requests.isEmpty && requests.allSatisfy { $0.headers["Accept-Encoding"] == ["identity"] })
        }
    }

    @Test("A coded manifest keeps its bytes and its coding, also from the cache", arguments: codings, [true, false])
    func manifest(_ coding: String, _ isByTag: Bool) async throws {
        try await Fixture.run { fixture in
            let reference = isByTag ? "v1" : Self.digest
            let reply = Sample.manifestReply(Self.bytes, named: Self.digest, ["Content-Encoding": coding])
            for method in ["GET", "HEAD"] { fixture.registry.set(reply, for: method, "/v2/team/image/manifests/\(reference)") }
            for method in ["GET", "HEAD", "GET"] {
                let response = try await fixture.send(method, "manifests/\(reference)")
                #expect(response.status == 200 && response["Content-Encoding"] == coding, "\(method) \(response.fields)")
                #expect(response["Docker-Content-Digest"] == Self.digest)
                #expect(response.body == (method == "GET" ? Self.bytes : []))
            }
        }
    }

    @Test("A coded blob keeps its bytes and its coding, verified or not", arguments: codings, [true, false])
    func blob(_ coding: String, _ isVerified: Bool) async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(verifiesBlobs: isVerified))) { fixture in
            let path = "/v2/team/image/blobs/\(Self.digest)"
            for method in ["GET", "HEAD"] {
                fixture.registry.set(.answer(status: 200, headers: ["Content-Encoding": coding], body: Self.bytes), for: method, path)
                let response = try await fixture.send(method, "blobs/\(Self.digest)")
                #expect(response.status == 200 && response["Content-Encoding"] == coding, "\(method) \(response.fields)")
                #expect(response.body == (method == "GET" ? Self.bytes : []))
            }
        }
    }

    @Test("The digest of a coded manifest is that of the coded bytes", arguments: codings)
    func wrongDigest(_ coding: String) async throws {
        try await Fixture.run { fixture in
            let reply = Sample.manifestReply(Sample.flipped(Self.bytes), named: Self.digest, ["Content-Encoding": coding])
            fixture.registry.set(reply, for: "GET", "/v2/team/image/manifests/\(Self.digest)")
            let response = try await fixture.send("GET", "manifests/\(Self.digest)")
            #expect(response.status == 502, "\(response.status)")
        }
    }

    @Test("Content without a coding is forwarded without one", arguments: ["manifests/v1", "blobs/\(Sample.blobDigest)", "tags/list"])
    func none(_ resource: String) async throws {
        try await Fixture.run { fixture in
            for _ in 1...2 {
                let response = try await fixture.send("GET", resource)
                #expect(response.status == 200 && !response.fields.contains { $0.name.lowercased() == "content-encoding" })
            }
        }
    }
}
