import TestSupport
import Testing

@Suite("Invalid HTTP of registries")
struct InvalidResponseTests {
    private static let statusLines = [
        "HTTP/1.1 000 X", "HTTP/1.1 001 X", "HTTP/1.1 099 X", "HTTP/1.1 101 Switching Protocols", "HTTP/1.1 600 X", "HTTP/1.1 999 X",
        "HTTP/1.1 2000 X", "HTTP/1.1 -20 X", "HTTP/1.1  X", "HTTP/1.1", "", "HTTP/2.0 200 OK", "HTTP/1.1 20 OK", "ICY 200 OK",
    ]

    /// Every kind of request to a registry.
    private static let requests: [(method: String, resource: String)] = [
        ("GET", "manifests/v1"), ("HEAD", "manifests/v1"), ("GET", "manifests/\(Sample.manifestDigest)"),
        ("GET", "blobs/\(Sample.blobDigest)"), ("HEAD", "blobs/\(Sample.blobDigest)"), ("GET", "tags/list"),
        ("GET", "referrers/\(Sample.manifestDigest)"), ("POST", "blobs/uploads/"), ("PUT", "manifests/v2"),
    ]

    @Test("An invalid status is an error of the registry, for every request", arguments: statusLines)
    func statusLine(_ line: String) async throws {
        try await Fixture.run { fixture in
            for (method, resource) in Self.requests {
                for each in ["GET", "HEAD", "POST", "PUT"] {
                    fixture.registry.set(.raw(statusLine: line, then: .open), for: each, "/v2/team/image/\(resource)")
                }
                let response = try await fixture.send(method, resource, body: method == "PUT" ? Sample.manifest : nil)
                #expect(response.status == 502, "\(method) \(resource)")
            }
        }
    }

    struct Sequence: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
    }

    private static let sequences = [
        Sequence(
            testDescription: "ten thousand informational heads",
            text: String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 10_000)),
        Sequence(
            testDescription: "two responses",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        Sequence(
            testDescription: "an invalid response behind a valid one",
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 000 X\r\nContent-Length: 2\r\n\r\n{}"),
        Sequence(testDescription: "204 with a body", text: "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}"),
        Sequence(
            testDescription: "an informational head with a body", text: "HTTP/1.1 103 Early Hints\r\nContent-Length: 2\r\n\r\n{}"),
        Sequence(
            testDescription: "001 behind 100",
            text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 001 X\r\nContent-Length: 2\r\n\r\n{}"),
    ]

    /// No response of ``sequences`` names the location of an upload.
    private static func statuses(_ method: String) -> Set<Int> {
        switch method {
        case "POST": [502]
        case "PUT": [201, 502]
        default: [200, 502]
        }
    }

    @Test("Several responses to one request are an error of the registry, or the first one is used", arguments: sequences)
    func sequence(_ sequence: Sequence) async throws {
        try await Fixture.run { fixture in
            for (method, resource) in Self.requests {
                for each in ["GET", "HEAD", "POST", "PUT"] {
                    fixture.registry.set(.raw(sequence.text, then: .open), for: each, "/v2/team/image/\(resource)")
                }
                let response = try await fixture.send(method, resource, body: method == "PUT" ? Sample.manifest : nil)
                #expect(Self.statuses(method).contains(response.status), "\(method) \(resource): \(response.status)")
            }
            for each in ["GET", "HEAD"] { fixture.registry.set(.html(404), for: each, "/v2/team/image/blobs/\(Sample.blobDigest)") }
            #expect(try await fixture.send("HEAD", "blobs/\(Sample.blobDigest)").status == 404)
        }
    }

    @Test("Ten informational responses before the final one are ignored")
    func informational() async throws {
        try await Fixture.run { fixture in
            let early = String(repeating: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", count: 10)
            fixture.registry.set(
                .raw("\(early)HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), for: "GET", "/v2/team/image/tags/list")
            let response = try await fixture.send("GET", "tags/list")
            #expect(response.status == 200 && response.text == #"{"name":"\#(fixture.name())"}"#)
        }
    }
}
