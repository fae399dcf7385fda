import NIOHTTP1
import TestSupport
import Testing

@Suite("Clients that disconnect before the response")
struct LeavingClientTests {
    /// Each client requests a different manifest, so that they do not share a request.
    private static let manifest = "/v2/team/image/manifests/v{n}"

    /// A request of a client, and the stage at which the registry hangs.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let method: String
        let resource: String
        let stops: [(method: String, path: String, reply: RegistryReply)]
    }

    static let rows = [
        Row(
            testDescription: "in a manifest", method: "GET", resource: "manifests/v{n}",
            stops: [("GET", manifest, .hangInBody(status: 200)), ("HEAD", manifest, .html(404))]),
        Row(
            testDescription: "in an error", method: "GET", resource: "manifests/v{n}",
            stops: [("GET", manifest, .hangInBody(status: 404)), ("HEAD", manifest, .html(404))]),
        Row(
            testDescription: "before the head of a manifest", method: "GET", resource: "manifests/v{n}",
            stops: [("HEAD", manifest, .hang)]),
        Row(
            testDescription: "in a list", method: "GET", resource: "tags/list",
            stops: [("GET", "/v2/team/image/tags/list", .hangInBody(status: 200))]),
        Row(
            testDescription: "in a blob", method: "GET", resource: "blobs/\(Sample.blobDigest)",
            stops: [("GET", "/v2/team/image/blobs/\(Sample.blobDigest)", .hangInBody(status: 200))]),
        Row(testDescription: "at first contact", method: "GET", resource: "tags/list", stops: [("GET", "/v2/", .hang)]),
        Row(
            testDescription: "at the begin of an upload", method: "POST", resource: "blobs/uploads/",
            stops: [("POST", "/v2/team/image/blobs/uploads/", .hang)]),
        Row(
            testDescription: "at a manifest that is pushed", method: "PUT", resource: "manifests/v{n}",
            stops: [("PUT", manifest, .hang)]),
    ]

    @Test("Sixty disconnected clients leave no open request to the registry", arguments: rows)
    func leave(_ row: Row) async throws {
        try await Fixture.run { fixture in
            let isFirst = row.stops[0].path == "/v2/"
            // A login that has not succeeded yet is sent only a few times.
            if !isFirst { #expect(try await fixture.send("HEAD", "blobs/\(Sample.blobDigest)").status == 200) }
            var connections: [RawConnection] = []
            for number in 0..<60 {
                let numbered = { (text: String) in text.replacing("{n}", with: "\(number)") }
                for stop in row.stops { fixture.registry.set(stop.reply, for: stop.method, numbered(stop.path)) }
                let connection = try await RawConnection.open(port: fixture.server.port)
                let body = row.method == "PUT" ? Sample.manifest : nil
                let target = "/v2/\(fixture.name())/\(numbered(row.resource))"
                try await connection.send(fixture.server.request(row.method, target, body: body).bytes)
                connections.append(connection)
            }
            let (method, path, _) = row.stops[0]
            let prefix = "\(method) \(path.prefix { $0 != "{" })"
            try await fixture.wait {
                fixture.registry.beginnings.count { $0.hasPrefix(prefix) } >= (isFirst ? 1 : 60)
            }
            for connection in connections { await connection.close() }
            try await fixture.wait(.seconds(15)) { fixture.registry.waitingCount == 0 }
        }
    }
}
