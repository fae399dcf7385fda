import Domain
import Foundation
import NIOHTTP1
import TestSupport
import Testing

@testable import Gateway

@Suite("Secrets that a registry sends back")
struct EchoedSecretTests {
    static let fields = Array(
        Set(
            (HeaderPolicy.ofContents + HeaderPolicy.ofManifests + HeaderPolicy.ofUploads + HeaderPolicy.ofRefusals).map { "\($0)" }
                + ["Content-Range", "Content-Disposition", "X-Any", "Set-Cookie", "Server"])
    ).sorted()

    /// Header fields cannot hold every byte.
    static let encodings = SecretEncoding.all.filter { !$0.text(Canary.password).contains("\t") }

    private static let requests = [
        ("GET", "manifests/v1", 200), ("HEAD", "manifests/v1", 200), ("GET", "blobs/\(Sample.blobDigest)", 200),
        ("HEAD", "blobs/\(Sample.blobDigest)", 200), ("GET", "blobs/\(Sample.blobDigest)", 404), ("GET", "blobs/\(Sample.blobDigest)", 429),
        ("GET", "manifests/v1", 400), ("GET", "manifests/v1", 503), ("GET", "tags/list", 200), ("POST", "blobs/uploads/", 202),
        ("PUT", "manifests/v1", 201),
    ]

    @Test("A field that contains a secret is not passed on, whatever the field and the status", arguments: encodings)
    func fields(_ encoding: SecretEncoding) async throws {
        try await Fixture.run { fixture in
            for secret in [Canary.username, Canary.password] {
                let text = encoding.text(secret)
                for (method, resource, status) in Self.requests {
                    fixture.registry.set(Self.reply(status, method, text), for: method, "/v2/team/image/\(resource)")
                    if method == "GET" { fixture.registry.set(Self.reply(status, "HEAD", text), for: "HEAD", "/v2/team/image/\(resource)") }
                    let response = try await fixture.send(method, resource, body: method == "PUT" ? Sample.manifest : nil)
                    let shown = response.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
                    #expect(!shown.contains(text) && Canary.traces(in: shown).isEmpty, "\(method) \(resource) \(status): \(shown)")
                    #expect(response.status == status || [502, 503].contains(response.status), "\(method) \(resource): \(response.text)")
                }
            }
            #expect(Canary.traces(in: fixture.server.log.text).isEmpty)
        }
    }

    private static func reply(_ status: Int, _ method: String, _ text: String) -> RegistryReply {
        var headers = HTTPHeaders(fields.map { ($0, text) })
        headers.replaceOrAdd(name: "Docker-Content-Digest", value: Sample.manifestDigest)
        if status == 202 { headers.add(name: "Location", value: "/v2/team/image/blobs/uploads/1") }
        return .answer(status: status, headers: headers, body: method == "HEAD" ? [] : Sample.manifest)
    }

    @Test("A message that contains a secret is neither shown, nor logged, nor recorded", arguments: SecretEncoding.all)
    func messages(_ encoding: SecretEncoding) async throws {
        try await Fixture.run { fixture in
            for secret in [Canary.username, Canary.password] {
                let text = encoding.text(secret)
                for (status, code, message) in [(400, "MANIFEST_INVALID", "bad: \(text)"), (503, text, "x"), (403, "DENIED", text)] {
                    for method in ["GET", "HEAD"] {
                        fixture.registry.set(.error(status, code, message), for: method, "/v2/team/image/manifests/v1")
                    }
                    let response = try await fixture.send("GET", "manifests/v1")
                    #expect(response.status >= 400 && response.text.contains("repeats the credential"), "\(response.text)")
                    #expect(Canary.traces(in: response.text).isEmpty)
                }
            }
            let actions = try await fixture.uses(.repositoryPull)
            #expect(!actions.isEmpty && Canary.traces(in: "\(actions.map(\.reason))").isEmpty)
            #expect(Canary.traces(in: "\(try await fixture.inspect())").isEmpty && Canary.traces(in: fixture.server.log.text).isEmpty)
        }
    }

    @Test("Ordinary fields are passed on unchanged")
    func ordinary() async throws {
        let expected = [
            ("Content-Type", "application/octet-stream"), ("ETag", "\"\(Sample.blobDigest)\""), ("Accept-Ranges", "bytes"),
            ("Last-Modified", "Mon, 01 Jan 2024 10:00:00 GMT"), ("RateLimit-Limit", "100;w=21600"), ("RateLimit-Remaining", "76;w=21600"),
            ("Docker-RateLimit-Source", "203.0.113.7"), ("Warning", "299 - \"This host is going to move\""),
        ]
        try await Fixture.run { fixture in
            let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
            fixture.registry.set(.answer(status: 200, headers: HTTPHeaders(expected), body: Sample.blob), for: "GET", path)
            let response = try await fixture.send("GET", "blobs/\(Sample.blobDigest)")
            #expect(response.status == 200)
            for (name, value) in expected { #expect(response[name] == value) }
        }
    }
}
