import Domain
import FoundationEssentials
import Gateway
import NIOHTTP1
import TestSupport
import Testing

@Suite("Credentials and header fields at registries")
struct CredentialTests {
    private static func basic(_ user: String, _ password: String) -> String { TestServer.basic("\(user):\(password)") }

    @Test("Each repository on a registry is requested with its own credential only")
    func isolation() async throws {
        var behavior = RegistryBehavior(repositories: ["team/a", "team/b"])
        behavior.contents = Sample.contents(of: "team/a").merging(Sample.contents(of: "team/b")) { $1 }
        behavior.users = ["alice": "alice's", "bob": "bob's"]
        try await Fixture.run(behavior, gateway: TestGateway(options: .init(allowsDeletion: true))) { fixture in
            let owners = ["team/a": Self.basic("alice", "alice's"), "team/b": Self.basic("bob", "bob's")]
            try await fixture.register("team/a", "alice", "alice's")
            try await fixture.register("team/b", "bob", "bob's")
            for path in ["team/a", "team/b"] {
                fixture.registry.set(.answer(status: 201), for: "PUT", "/v2/\(path)/manifests/v2")
                fixture.registry.set(.answer(status: 202), for: "DELETE", "/v2/\(path)/manifests/v1")
            }
            let calls = [
                ("GET", "manifests/v1"), ("HEAD", "manifests/v1"), ("GET", "manifests/\(Sample.manifestDigest)"),
                ("GET", "blobs/\(Sample.blobDigest)"),
                ("HEAD", "blobs/\(Sample.blobDigest)"), ("GET", "tags/list"), ("POST", "blobs/uploads/"), ("PUT", "manifests/v2"),
                ("DELETE", "manifests/v1"),
            ]
            for (method, resource) in calls + calls {
                for path in ["team/a", "team/b"] {
                    let response = try await fixture.send(method, resource, of: path, body: method == "PUT" ? Sample.manifest : nil)
                    #expect((200..<300).contains(response.status), "\(method) \(path) \(resource): \(response.text)")
                }
            }
            for (path, own) in owners {
                let seen = fixture.registry.requests.filter { $0.path.hasPrefix("/v2/\(path)/") }
                #expect(seen.count >= calls.count && seen.allSatisfy { $0.authorization == own }, "\(path)")
            }
        }
    }

    @Test("An upload of one repository is not accessible through another")
    func uploads() async throws {
        try await Fixture.run { fixture in
            try await fixture.register("team/other", nil, nil)
            let begun = try await fixture.send("POST", "blobs/uploads/")
            let token = try #require(begun["Location"]?.split(separator: "/").last)
            let count = fixture.registry.requests.count
            for method in ["GET", "PATCH", "PUT", "DELETE"] {
                let response = try await fixture.send(
                    method, "blobs/uploads/\(token)", of: "team/other", body: method == "PATCH" ? Sample.blob : nil)
                #expect(response.status == 404 && response.code == "BLOB_UPLOAD_UNKNOWN", "\(method)")
            }
            #expect(fixture.registry.requests.count == count)
        }
    }

    @Test("Only the client's header fields that pulls and pushes need are forwarded, never its credentials")
    func fieldsUp() async throws {
        try await Fixture.run { fixture in
            let secret = "a-secret-of-the-clients"
            let fields = [
                "Cookie", "Proxy-Authorization", "X-Forwarded-For", "X-Api-Key", "TE", "Forwarded", "Referer", "X-Registry-Auth",
                "Accept-Encoding",
            ].map { (name: $0, value: secret) }
            let kept = [
                (name: "Accept", value: Sample.manifestType), (name: "Range", value: "bytes=0-1"), (name: "User-Agent", value: secret),
            ]
            _ = try await fixture.send("GET", "blobs/\(Sample.blobDigest)", fields + kept)
            _ = try await fixture.send(
                "PUT", "manifests/v1", fields + kept + [("Content-Type", Sample.manifestType)], body: Sample.manifest)
            #expect(fixture.registry.requests.count >= 3)
            for request in fixture.registry.requests {
                #expect(
                    !"\(request.headers)".contains(secret) && !"\(request.headers)".contains(fixture.backend.key.revealed()),
                    "\(request.line)")
                #expect(request.authorization == nil || request.authorization == Canary.authorization)
                #expect(request.headers["Host"] == [fixture.registry.authority] && request.headers["User-Agent"] == ["lighterman"])
                #expect(request.headers["Accept-Encoding"] == ["identity"], "\(request.line)")
            }
            let blob = try #require(fixture.registry.requests.first { $0.path.contains("/blobs/") })
            #expect(blob.headers["Accept"] == [Sample.manifestType] && blob.headers["Range"] == ["bytes=0-1"])
        }
    }

    @Test("Only the registry's header fields that clients need are forwarded")
    func fieldsDown() async throws {
        try await Fixture.run { fixture in
            let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
            let headers: HTTPHeaders = [
                "Set-Cookie": "a=b", "Server": "x", "WWW-Authenticate": "Basic", "X-Internal": "c", "Keep-Alive": "timeout=5", "ETag": "e",
                "RateLimit-Remaining": "7;w=21600", "Content-Type": "a/b",
            ]
            fixture.registry.set(.answer(status: 200, headers: headers, body: Sample.blob), for: "GET", path)
            let response = try await fixture.send("GET", "blobs/\(Sample.blobDigest)")
            for name in ["Set-Cookie", "Server", "WWW-Authenticate", "X-Internal", "Keep-Alive"] {
                #expect(response[name] == nil, "\(name)")
            }
            #expect(response["ETag"] == "e" && response["RateLimit-Remaining"] == "7;w=21600" && response["Content-Type"] == "a/b")
        }
    }
}
