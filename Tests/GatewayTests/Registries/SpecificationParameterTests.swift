import NIOHTTP1
import TestSupport
import Testing

@Suite("Parameters of the distribution API")
struct SpecificationParameterTests {
    @Test(
        "A manifest is pushed under its digest with all of its tags", arguments: [["a"], ["a", "b"], ["v1.0", "latest", "a_b-c"]],
        RegistryScheme.allCases)
    func tags(_ tags: [String], _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { scene in
            let path = "/v2/team/image/manifests/\(Sample.manifestDigest)"
            scene.respond("PUT", path) { request in
                let fields = request.parameters("tag").map { ("OCI-Tag", $0) }
                return .answer(status: 201, headers: HTTPHeaders(fields))
            }
            let query = tags.map { "tag=\($0)" }.joined(separator: "&")
            let response = try await scene.fixture.pushManifest("\(Sample.manifestDigest)?\(query)")
            #expect(response.status == 201, "\(response.status) \(response.text)")
            #expect(scene.registry.requests.last?.parameters("tag") == tags)
            let stored = response.fields.filter { $0.name.lowercased() == "oci-tag" }.map(\.value).joined(separator: ",")
            #expect(stored.split(separator: ",").map { $0.filter { $0 != " " } } == tags)
        }
    }

    @Test(
        "Referrers are filtered by all types",
        arguments: [["a/b"], ["a/b", "c/d"], ["application/vnd.example+json", "a/b", "a/b"]])
    func artifactTypes(_ types: [String]) async throws {
        try await RegistryScene.run(.basic) { scene in
            scene.respond("GET", "/v2/team/image/referrers/\(Sample.manifestDigest)") { _ in .json(200, #"{"manifests":[]}"#) }
            let query = types.map { "artifactType=\($0.replacing("+", with: "%2B"))" }.joined(separator: "&")
            let response = try await scene.fixture.send("GET", "referrers/\(Sample.manifestDigest)?\(query)")
            #expect(response.status == 200, "\(response.status) \(response.text)")
            #expect(scene.registry.requests.last?.parameters("artifactType") == types)
        }
    }

    @Test(
        "Parameters of lists are forwarded in their order, with their values as they were sent",
        arguments: [
            ("referrers/\(Sample.manifestDigest)", "artifactType=application/spdx+json"),
            ("referrers/\(Sample.manifestDigest)", "artifactType=application/spdx%2Bjson&artifactType=a%2fb"),
            ("tags/list", "n=5&last=v1+2"), ("tags/list", "last=v1%2B2&n=5"), ("tags/list", "n=5&last=a%20b"),
        ])
    func raw(_ resource: String, _ query: String) async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            let list = RegistryReply.json(200, #"{"name":"a","tags":[],"manifests":[]}"#)
            scene.respond("GET", "/v2/team/image/\(resource)") { _ in list }
            let response = try await scene.fixture.send("GET", "\(resource)?x=1&\(query)")
            #expect(response.status == 200, "\(response.text)")
            #expect(scene.registry.lines.last == "GET /v2/team/image/\(resource)?\(query)")
        }
    }

    @Test("The registry receives the digest algorithm of an upload", arguments: ["sha256", "sha512", "blake3"], RegistryScheme.allCases)
    func algorithm(_ algorithm: String, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { scene in
            let response = try await scene.fixture.send("POST", "blobs/uploads/?digest-algorithm=\(algorithm)")
            #expect(response.status == 202, "\(response.status) \(response.text)")
            #expect(scene.registry.requests.last?.parameters("digest-algorithm") == [algorithm])
        }
    }

    private static let calls = [
        ("GET", "manifests/v1"), ("HEAD", "manifests/v1"), ("GET", "manifests/\(Sample.manifestDigest)"),
        ("GET", "blobs/\(Sample.blobDigest)"), ("GET", "tags/list"), ("POST", "blobs/uploads/"), ("PUT", "manifests/v2"),
        ("PUT", "manifests/\(Sample.manifestDigest)"),
    ]

    @Test(
        "A repeated parameter is never 400",
        arguments: [
            "a=1&a=2", "n=1&n=1", "last=a&last=b", "tag=a&tag=a", "artifactType=a&artifactType=b",
            "digest-algorithm=sha256&digest-algorithm=sha512",
            "a&a", "a=&a=", "scope=a&scope=b", "from=a&from=b", "n=1&n=2&n=3",
        ])
    func repeated(_ query: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            for (method, resource) in Self.calls {
                let body = method == "PUT" ? Sample.manifest : nil
                let response = try await scene.fixture.send(method, "\(resource)?\(query)", body: body)
                #expect((200..<300).contains(response.status), "\(method) \(resource): \(response.status) \(response.text)")
            }
            for path in ["/v2/", "/v2/_catalog"] {
                #expect(try await scene.fixture.server.send("GET", "\(path)?\(query)").status != 400, "\(path)")
            }
        }
    }

    @Test("A repeated parameter of an upload or a mount is never 400")
    func repeatedInUploads() async throws {
        try await RegistryScene.run(.basic) { scene in
            let digest = Sample.blobDigest
            for query in ["mount=\(digest)&mount=\(digest)&from=a&from=b", "mount=\(digest)&from=a&a=1&a=2"] {
                let response = try await scene.fixture.send("POST", "blobs/uploads/?\(query)")
                #expect(response.status == 202, "\(query): \(response.status) \(response.text)")
            }
            let begun = try #require(try await scene.fixture.send("POST", "blobs/uploads/")["Location"])
            let request = scene.fixture.server.request("PUT", "\(begun)?digest=\(digest)&digest=\(digest)&a=1&a=2", body: Sample.blob)
            #expect(try await scene.fixture.server.send(request).status == 201)
        }
    }

    @Test("Two equal ns parameters name one registry")
    func namespace() async throws {
        try await RegistryScene.run(.basic) { scene in
            let authority = scene.registry.authority
            let response = try await scene.fixture.server.send("GET", "/v2/team/image/manifests/v1?ns=\(authority)&ns=\(authority)")
            #expect(response.status == 200, "\(response.status) \(response.text)")
        }
    }
}
