import NIOHTTP1
import TestSupport
import Testing

@Suite("HEAD requests")
struct HeadTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let resource: String
        let fields: [String]
        let size: Int

        var path: String { "/v2/team/image/\(resource)" }
    }

    private static let manifestFields = ["Content-Type: \(Sample.manifestType)", "Docker-Content-Digest: \(Sample.manifestDigest)"]
    private static let rows = [
        Row(testDescription: "a tag", resource: "manifests/v1", fields: manifestFields, size: Sample.manifest.count),
        Row(
            testDescription: "a digest", resource: "manifests/\(Sample.manifestDigest)", fields: manifestFields, size: Sample.manifest.count
        ),
        Row(
            testDescription: "a blob", resource: "blobs/\(Sample.blobDigest)", fields: ["Content-Type: application/octet-stream"],
            size: Sample.blob.count),
    ]

    @Test("A response without Content-Length is forwarded without it", arguments: rows)
    func noLength(_ row: Row) async throws {
        try await Fixture.run { fixture in
            let head = (["HTTP/1.1 200 OK"] + row.fields).joined(separator: "\r\n") + "\r\n\r\n"
            fixture.registry.set(.raw(head), for: "HEAD", row.path)
            let response = try await fixture.send("HEAD", row.resource)
            #expect(response.status == 200)
            #expect(
                !response.fields.contains { ["content-length", "transfer-encoding"].contains($0.name.lowercased()) }, "\(response.fields)")
            #expect(response["Docker-Content-Digest"] != nil)
        }
    }

    @Test("A response with Transfer-Encoding is forwarded without Content-Length", arguments: rows)
    func chunked(_ row: Row) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            let head = (["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"] + row.fields).joined(separator: "\r\n") + "\r\n\r\n"
            fixture.registry.set(.raw(head, then: .close), for: "HEAD", row.path)
            let response = try await fixture.send("HEAD", row.resource)
            #expect(response.status == 200 && response["Content-Length"] == nil, "\(response.fields)")
        }
    }

    @Test("A response with Content-Length is forwarded with it", arguments: rows)
    func length(_ row: Row) async throws {
        try await Fixture.run { fixture in
            let response = try await fixture.send("HEAD", row.resource)
            #expect(response.status == 200 && response["Content-Length"] == "\(row.size)")
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: RegistryReply
    }

    private static let refusals = [
        Refusal(testDescription: "a closed connection", reply: .hangUp),
        Refusal(testDescription: "a reset connection", reply: .raw([], then: .reset)),
        Refusal(testDescription: "405", reply: .error(405, "UNSUPPORTED", "no")), Refusal(testDescription: "501", reply: .html(501)),
        Refusal(testDescription: "500", reply: .html(500)),
    ]

    @Test("If the registry does not support HEAD, the gateway sends a GET", arguments: rows, refusals)
    func refused(_ row: Row, _ refusal: Refusal) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(refusal.reply, for: "HEAD", row.path)
            let response = try await fixture.send("HEAD", row.resource)
            #expect(response.status == 200 && response.body.isEmpty, "\(response.status)")
            #expect(response["Content-Length"] == "\(row.size)" && response["Docker-Content-Digest"] != nil, "\(response.fields)")
            #expect(fixture.requestLines.contains("GET \(row.path)"))
        }
    }

    @Test("A GET in place of a HEAD is authenticated", arguments: rows, RegistryScheme.allCases)
    func authenticated(_ row: Row, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            scene.respond("HEAD", row.path) { _ in .html(405) }
            #expect(try await scene.fixture.send("HEAD", row.resource).status == 200)
        }
    }

    @Test("A manifest is pulled by tag from a registry that does not support HEAD", arguments: refusals)
    func byTag(_ refusal: Refusal) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            fixture.registry.set(refusal.reply, for: "HEAD", "/v2/team/image/manifests/v1")
            for _ in 1...2 { #expect(try await fixture.send("GET", "manifests/v1").body == Sample.manifest) }
        }
    }

    @Test("The response to HEAD does not read a blob to its end")
    func endless() async throws {
        try await Fixture.run { fixture in
            let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
            fixture.registry.set(.html(405), for: "HEAD", path)
            fixture.registry.set(.endless(status: 200), for: "GET", path)
            let response = try await fixture.send("HEAD", "blobs/\(Sample.blobDigest)")
            #expect(response.status == 200 && response["Content-Length"] == nil)
            try await fixture.wait { fixture.registry.waitingCount == 0 }
        }
    }

    @Test("Content that neither HEAD nor GET finds is 404", arguments: rows)
    func missing(_ row: Row) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            fixture.registry.set(.html(405), for: "HEAD", row.path)
            fixture.registry.set(.error(404, "MANIFEST_UNKNOWN", "none"), for: "GET", row.path)
            #expect(try await fixture.send("HEAD", row.resource).status == 404)
        }
    }
}
