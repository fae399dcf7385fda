import Domain
import Gateway
import NIOHTTP1
import TestSupport
import Testing

@Suite("Statuses of pushes and deletions")
struct PushStatusTests {
    private static let uploads = "/v2/team/image/blobs/uploads/"
    private static let deleting = TestGateway(options: .init(allowsDeletion: true))

    @Test("Any 2xx to a pushed manifest becomes 201", arguments: [200, 201, 202, 204, 206], ["v2", Sample.manifestDigest])
    func manifest(_ status: Int, _ reference: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            scene.respond("PUT", "/v2/team/image/manifests/\(reference)") { _ in .answer(status: status) }
            let response = try await scene.fixture.pushManifest(reference)
            #expect(response.status == 201, "\(response.status) \(response.text)")
            #expect(response["Location"] == "/v2/\(scene.fixture.name())/manifests/\(reference)")
            #expect(response["Docker-Content-Digest"] == Sample.manifestDigest)
        }
    }

    @Test("Any 2xx to a manifest pushed with a token becomes 201", arguments: [200, 202, 204])
    func manifestWithToken(_ status: Int) async throws {
        try await RegistryScene.run(.tokens) { (scene: RegistryScene) async throws in
            scene.respond("PUT", "/v2/team/image/manifests/v2") { _ in .answer(status: status) }
            #expect(try await scene.fixture.pushManifest().status == 201)
        }
    }

    @Test("Any 2xx to an upload becomes 202, and 201 on completion", arguments: [200, 201, 202, 204, 206], RegistryScheme.allCases)
    func upload(_ status: Int, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            let headers: HTTPHeaders = ["Location": "\(Self.uploads)1", "Range": "0-0", "Docker-Upload-UUID": "u"]
            for method in ["PATCH", "PUT"] {
                scene.respond(method, "\(Self.uploads)1") { _ in .answer(status: status, headers: headers) }
            }
            scene.respond("POST", Self.uploads) { _ in .answer(status: status, headers: headers) }
            #expect(try await scene.fixture.push() == [202, 202, 201])
        }
    }

    @Test(
        "An upload continues at the place of a PATCH whose response names none", arguments: [200, 202, 204], RegistryScheme.allCases)
    func samePlace(_ status: Int, _ scheme: RegistryScheme) async throws {
        for fields in [[:], ["Location": ""]] as [HTTPHeaders] {
            try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
                let place = "\(Self.uploads)1?_state=s"
                scene.respond("PATCH", "\(Self.uploads)1") { _ in .answer(status: status, headers: fields) }
                #expect(try await scene.fixture.push() == [202, 202, 201])
                #expect(
                    scene.fixture.requestLines.suffix(2) == ["PATCH \(place)", "PUT \(place)&digest=\(Sample.blobDigest)"])
            }
        }
    }

    @Test(
        "The first of several Location fields counts", arguments: [["1", "1"], ["1", "2"], ["1", "https://other.example/uploads/1"]],
        RegistryScheme.allCases)
    func severalLocations(_ locations: [String], _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            let headers = HTTPHeaders(
                locations.map { ("Location", $0.hasPrefix("https") ? $0 : "\(Self.uploads)\($0)") })
            scene.respond("POST", Self.uploads) { _ in .answer(status: 202, headers: headers) }
            scene.respond("PATCH", "\(Self.uploads)1") { _ in .answer(status: 202, headers: headers) }
            #expect(try await scene.fixture.push() == [202, 202, 201])
            #expect(scene.fixture.requestLines.last == "PUT \(Self.uploads)1?digest=\(Sample.blobDigest)")
            let blob = "/v2/team/image/blobs/\(Sample.blobDigest)"
            scene.respond("GET", blob) { _ in .answer(status: 307, headers: ["Location": "/stored", "location": "/stored"]) }
            scene.respond("GET", "/stored") { _ in .answer(status: 200, body: Sample.blob) }
            #expect(try await scene.fixture.send("GET", "blobs/\(Sample.blobDigest)").body == Sample.blob)
        }
    }

    @Test(
        "A 2xx that starts no upload is refused and grants no right", arguments: [200, 202, 204],
        [nil, "https://other.example/uploads/1", "http://["] as [String?])
    func noUpload(_ status: Int, _ location: String?) async throws {
        try await RegistryScene.run(.basic) { scene in
            scene.respond("POST", Self.uploads) { _ in
                .answer(status: status, headers: HTTPHeaders(location.map { [("Location", $0)] } ?? []))
            }
            let response = try await scene.fixture.send("POST", "blobs/uploads/")
            #expect(response.status == 502, "\(response.status) \(response.text)")
            #expect(try await scene.fixture.inspect().verification.granted.push == .unknown)
        }
    }

    @Test("The response to a completed upload names the blob", arguments: [200, 201, 202, 204])
    func end(_ status: Int) async throws {
        try await RegistryScene.run(.basic) { scene in
            scene.respond("PUT", "\(Self.uploads)1") { _ in .answer(status: status) }
            let begun = try #require(try await scene.fixture.send("POST", "blobs/uploads/")["Location"])
            let request = scene.fixture.server.request("PUT", "\(begun)?digest=\(Sample.blobDigest)", body: Sample.blob)
            let response = try await scene.fixture.server.send(request)
            #expect(response.status == 201 && response["Location"] == "/v2/\(scene.fixture.name())/blobs/\(Sample.blobDigest)")
            #expect(response["Docker-Content-Digest"] == Sample.blobDigest)
        }
    }

    @Test(
        "Any 2xx to a deletion becomes 202", arguments: [200, 202, 204],
        ["manifests/v1", "manifests/\(Sample.manifestDigest)", "blobs/\(Sample.blobDigest)"])
    func deletion(_ status: Int, _ resource: String) async throws {
        try await RegistryScene.run(.basic, gateway: Self.deleting) { (scene: RegistryScene) async throws in
            scene.respond("DELETE", "/v2/team/image/\(resource)") { _ in .answer(status: status) }
            #expect(try await scene.fixture.send("DELETE", resource).status == 202)
        }
    }

    @Test("A response other than 2xx remains an error", arguments: [(302, 502), (400, 400), (409, 409), (413, 413), (500, 502)])
    func errors(_ upstream: Int, _ status: Int) async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            scene.respond("PUT", "/v2/team/image/manifests/v2") { _ in .error(upstream, "MANIFEST_INVALID", "no") }
            #expect(try await scene.fixture.pushManifest().status == status)
        }
    }

    enum Framing: CaseIterable { case measured, chunked, empty }

    @Test("A whole blob in one request becomes a POST and a PUT", arguments: Framing.allCases, RegistryScheme.allCases)
    func monolithic(_ framing: Framing, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { scene in
            scene.registry.set(.json(200, "{}"), for: "GET", "/v2/")
            let blob = framing == .empty ? [] : Sample.blob
            let digest = Sample.digest(of: blob)
            let target = "/v2/\(scene.fixture.name())/blobs/uploads/?digest=\(digest)"
            let request = scene.fixture.server.request("POST", target, [("Content-Type", "application/octet-stream")], body: blob)
            let response = try await scene.fixture.server.send(framing == .chunked ? request.chunked(by: 7) : request)
            #expect(response.status == 201, "\(response.status) \(response.text)")
            #expect(response["Location"] == "/v2/\(scene.fixture.name())/blobs/\(digest)")
            #expect(response["Docker-Content-Digest"] == digest)
            let posts = scene.registry.requests.filter { $0.method == "POST" }
            #expect(!posts.isEmpty && posts.allSatisfy { $0.path == Self.uploads && $0.body.isEmpty && $0.query.isEmpty })
            let puts = scene.registry.requests.filter { $0.method == "PUT" }
            #expect(puts.map(\.target) == ["\(Self.uploads)1?_state=s&digest=\(digest)"])
            #expect(puts.first?.body == blob)
        }
    }

    @Test(
        "A whole blob is refused if the registry refuses either of its requests",
        arguments: ["POST", "PUT"], [(400, 400), (403, 403), (413, 413), (429, 429), (500, 502)])
    func monolithicRefused(_ method: String, _ row: (upstream: Int, status: Int)) async throws {
        try await RegistryScene.run(.basic) { scene in
            for path in [Self.uploads, "\(Self.uploads)1"] {
                scene.respond(method, path) { _ in .error(row.upstream, "DIGEST_INVALID", "no") }
            }
            let response = try await scene.fixture.send("POST", "blobs/uploads/?digest=\(Sample.blobDigest)", body: Sample.blob)
            #expect(response.status == row.status && response["Location"] == nil, "\(response.status) \(response.text)")
        }
    }
}
