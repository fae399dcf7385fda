import Domain
import NIOHTTP1
import Naming
import Operations
import TestSupport
import Testing

@Suite("Uploads at the gateway")
struct UploadTests {
    private static let uploads = "/v2/team/image/blobs/uploads/"

    @Test("The location of an upload is on the gateway and leads to the registry's location")
    func location() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(
                .answer(status: 202, headers: ["Location": "\(Self.uploads)1?_state=t", "Range": "0-36"]), for: "PATCH", "\(Self.uploads)1")
            fixture.registry.set(.answer(status: 201, headers: ["Location": "http://elsewhere.example/"]), for: "PUT", "\(Self.uploads)1")
            let begun = try await fixture.send("POST", "blobs/uploads/")
            let first = try #require(begun["Location"])
            #expect(begun.status == 202 && first.hasPrefix("/v2/\(fixture.name())/blobs/uploads/") && begun["Range"] == "0-0")
            let request = fixture.server.request(
                "PATCH", first, [("Content-Type", "application/octet-stream"), ("Content-Range", "0-36")], body: Sample.blob)
            let sent = try await fixture.server.send(request)
            #expect(sent.status == 202 && sent["Range"] == "0-36")
            let ended = try await fixture.server.send("PUT", "\(try #require(sent["Location"]))?digest=\(Sample.blobDigest)")
            #expect(ended.status == 201 && ended["Location"] == "/v2/\(fixture.name())/blobs/\(Sample.blobDigest)")
            #expect(
                fixture.requestLines == [
                    "POST \(Self.uploads)", "PATCH \(Self.uploads)1?_state=s", "PUT \(Self.uploads)1?_state=t&digest=\(Sample.blobDigest)",
                ])
            let patch = try #require(fixture.registry.requests.first { $0.method == "PATCH" })
            #expect(
                patch.body == Sample.blob && patch.headers["Content-Range"] == ["0-36"]
                    && patch.headers["Content-Length"] == ["\(Sample.blob.count)"])
        }
    }

    @Test("A body without Content-Length is forwarded while it arrives")
    func chunked() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.answer(status: 202, headers: ["Location": "\(Self.uploads)1"]), for: "PATCH", "\(Self.uploads)1")
            let first = try #require(try await fixture.send("POST", "blobs/uploads/")["Location"])
            let blob = (0..<500_000).map { UInt8(truncatingIfNeeded: $0) }
            let request = fixture.server.request("PATCH", first, body: blob).chunked(by: 70_000)
            #expect(try await fixture.server.send(request).status == 202)
            #expect(fixture.registry.requests.last?.body == blob)
        }
    }

    @Test("A whole blob in one request becomes a POST without a body and a PUT with it", arguments: [true, false])
    func monolithic(_ isMeasured: Bool) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(
                .answer(status: 201, headers: ["Location": "http://elsewhere.example/", "Docker-Content-Digest": Sample.blobDigest]),
                for: "PUT", "\(Self.uploads)1")
            let request = fixture.server.request(
                "POST", "/v2/\(fixture.name())/blobs/uploads/?digest=\(Sample.blobDigest)", [("Content-Type", "application/octet-stream")],
                body: Sample.blob)
            let response = try await fixture.server.send(isMeasured ? request : request.chunked(by: 7))
            #expect(response.status == 201 && response["Docker-Content-Digest"] == Sample.blobDigest, "\(response.text)")
            #expect(response["Location"] == "/v2/\(fixture.name())/blobs/\(Sample.blobDigest)")
            #expect(
                fixture.requestLines == ["POST \(Self.uploads)", "PUT \(Self.uploads)1?_state=s&digest=\(Sample.blobDigest)"])
            let (begun, ended) = (try #require(fixture.registry.requests.dropLast().last), try #require(fixture.registry.requests.last))
            #expect(begun.body.isEmpty && begun.authorization == Canary.authorization)
            #expect(begun.headers["Content-Length"] == ["0"] && begun.headers["Transfer-Encoding"].isEmpty)
            #expect(ended.body == Sample.blob && ended.authorization == Canary.authorization)
            #expect(ended.headers["Content-Type"] == ["application/octet-stream"])
            #expect(ended.headers["Content-Length"] == (isMeasured ? ["\(Sample.blob.count)"] : []))
            #expect(try await fixture.uses(.repositoryPush).count == 1)
        }
    }

    @Test(
        "A whole blob is sent to any location on the registry that the registry names for the upload",
        arguments: [
            ("\(uploads)7", "\(uploads)7?"), ("\(uploads)7?_state=a%2Fb", "\(uploads)7?_state=a%2Fb&"), ("7", "\(uploads)7?"),
            ("http://AUTHORITY/x/7?a=b", "/x/7?a=b&"),
        ])
    func monolithicLocation(_ location: String, _ target: String) async throws {
        try await Fixture.run { fixture in
            let location = location.replacing("AUTHORITY", with: fixture.registry.authority)
            fixture.registry.set(.answer(status: 202, headers: ["Location": location]), for: "POST", Self.uploads)
            fixture.registry.set(.answer(status: 201), for: "PUT", String(target.prefix { $0 != "?" }))
            let response = try await fixture.send("POST", "blobs/uploads/?digest=\(Sample.blobDigest)", body: Sample.blob)
            #expect(
                response.status == 201 && response["Location"] == "/v2/\(fixture.name())/blobs/\(Sample.blobDigest)", "\(response.text)")
            #expect(fixture.requestLines == ["POST \(Self.uploads)", "PUT \(target)digest=\(Sample.blobDigest)"])
            #expect(fixture.registry.requests.last?.body == Sample.blob)
        }
    }

    @Test("A whole blob under an invalid digest is refused, and the registry receives nothing", arguments: ["sha256:12", "md5:1"])
    func monolithicInvalid(_ digest: String) async throws {
        try await Fixture.run { fixture in
            let refused = try await fixture.send("POST", "blobs/uploads/?digest=\(digest)", body: Sample.blob)
            #expect(refused.status == 400 && refused.code == "DIGEST_INVALID" && fixture.requestLines.isEmpty)
        }
    }

    @Test("A whole blob is refused if the registry refuses either request", arguments: ["POST", "PUT"])
    func monolithicWrong(_ method: String) async throws {
        try await Fixture.run { fixture in
            let path = method == "POST" ? Self.uploads : "\(Self.uploads)1"
            fixture.registry.set(.error(400, "DIGEST_INVALID", "another digest"), for: method, path)
            let wrong = try await fixture.send("POST", "blobs/uploads/?digest=\(Sample.manifestDigest)", body: Sample.blob)
            #expect(wrong.status == 400 && wrong.code == "DIGEST_INVALID" && wrong["Location"] == nil, "\(wrong.text)")
            #expect(fixture.registry.requests.filter { $0.method == "POST" && $0.path == Self.uploads }.map(\.query) == [""])
            #expect(fixture.registry.requests.contains { $0.method == "PUT" } == (method == "PUT"))
        }
    }

    @Test("An incomplete body of the client is not completed towards the registry", arguments: [true, false])
    func brokenOff(_ isMeasured: Bool) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            fixture.registry.set(.answer(status: 202, headers: ["Location": "\(Self.uploads)1"]), for: "PATCH", "\(Self.uploads)1")
            let first = try #require(try await fixture.send("POST", "blobs/uploads/")["Location"])
            let fields = isMeasured ? [(name: "Content-Length", value: "100")] : [(name: "Transfer-Encoding", value: "chunked")]
            let body = isMeasured ? Array("beginning".utf8) : Array("9\r\nbeginning\r\n".utf8)
            let connection = try await RawConnection.open(port: fixture.server.port)
            try await connection.send(fixture.server.request("PATCH", first, fields, body: body).bytes)
            try await fixture.wait { fixture.registry.beginnings.last?.hasPrefix("PATCH ") == true }
            let count = fixture.registry.connectionCount
            await connection.close()
            try await fixture.wait { fixture.registry.connectionCount < count }
            #expect(!fixture.requestLines.contains { $0.hasPrefix("PATCH") })
        }
    }

    @Test("An upload location on another host is refused, and nothing is sent there")
    func elsewhere() async throws {
        try await FaultyRegistry.run { foreign in
            try await Fixture.run(gateway: TestGateway(allowances: [foreign.authority])) { fixture in
                for location in [
                    "http://\(foreign.authority)/v2/a/blobs/uploads/1", "//\(foreign.authority)/a",
                    "https://\(fixture.registry.authority)/a",
                    "http://\(fixture.registry.authority)@\(foreign.authority)/a", "/\\\(foreign.authority)/a",
                ] {
                    fixture.registry.set(.answer(status: 202, headers: ["Location": location]), for: "POST", Self.uploads)
                    let response = try await fixture.send("POST", "blobs/uploads/")
                    #expect(response.status == 502 && response["Location"] == nil, "\(location): \(response.text)")
                    #expect(response.message.contains("not on the registry itself"), "\(location): \(response.message)")
                }
                #expect(foreign.openings.isEmpty)
            }
        }
    }

    @Test("A blob is mounted from a repository with the same login that the caller may pull from")
    func mount() async throws {
        try await Fixture.run { fixture in
            try await fixture.register("team/source", Canary.username, Canary.password)
            try await fixture.register("team/public", nil, nil)
            try await fixture.register("team/strange", "somebody", "else")
            _ = try await fixture.backend.backend.registerRepository(
                RepositoryName(parsing: "registry.example/team/source"), with: CredentialInput(username: nil, password: nil), in: nil,
                verify: .unspecified, by: fixture.backend.caller())
            fixture.registry.set(for: "POST", Self.uploads) { request in
                request.query.hasPrefix("mount=") ? .answer(status: 201) : .answer(status: 202, headers: ["Location": "\(Self.uploads)1"])
            }
            let query = "?mount=\(Sample.blobDigest)&from="
            let mounted = try await fixture.send("POST", "blobs/uploads/\(query)\(fixture.name("team/source"))")
            #expect(mounted.status == 201 && mounted["Location"] == "/v2/\(fixture.name())/blobs/\(Sample.blobDigest)")
            #expect(fixture.requestLines == ["POST \(Self.uploads)?mount=\(Sample.blobDigest)&from=team/source"])
            #expect(fixture.registry.requests.last?.authorization == Canary.authorization)
            for source in [
                fixture.name("team/unknown"), "nobody/\(fixture.name("team/source"))", "registry.example/team/source", "nonsense",
                fixture.name("team/public"), fixture.name("team/strange"),
            ] {
                let count = fixture.requestLines.count
                let response = try await fixture.send("POST", "blobs/uploads/\(query)\(source)")
                #expect(response.status == 202 && Array(fixture.requestLines.dropFirst(count)) == ["POST \(Self.uploads)"], "\(source)")
            }
        }
    }

    @Test("A token without the source of a mount is challenged with both scopes, and a token with both mounts the blob")
    func mountWithToken() async throws {
        try await Fixture.run { fixture in
            try await fixture.register("team/source", Canary.username, Canary.password)
            fixture.registry.set(for: "POST", Self.uploads) { request in
                request.query.hasPrefix("mount=") ? .answer(status: 201) : .answer(status: 202, headers: ["Location": "\(Self.uploads)1"])
            }
            let resource = "blobs/uploads/?mount=\(Sample.blobDigest)&from=\(fixture.name("team/source"))"
            let bare = try await fixture.token("pull,push")
            let refused = try await fixture.send("POST", resource, as: .field("Bearer \(bare)"))
            let scopes = ["repository:\(fixture.name()):pull,push", "repository:\(fixture.name("team/source")):pull"]
            #expect(refused.status == 401 && refused.code == "UNAUTHORIZED", "\(refused.text)")
            #expect(refused.challenge["scope"] == scopes.joined(separator: " ") && refused.challenge["error"] == "insufficient_scope")
            #expect(fixture.registry.requests.isEmpty)
            let query = scopes.map { "&scope=\($0)" }.joined()
            let full = try #require(try await fixture.server.send("GET", "/token?service=x\(query)").member("token"))
            #expect(try await fixture.send("POST", resource, as: .field("Bearer \(full)")).status == 201)
            #expect(fixture.requestLines == ["POST \(Self.uploads)?mount=\(Sample.blobDigest)&from=team/source"])
        }
    }

    @Test("A mount becomes an upload if the registry does not mount the blob")
    func unmounted() async throws {
        try await Fixture.run { fixture in
            try await fixture.register("team/source", Canary.username, Canary.password)
            fixture.registry.set(.answer(status: 202, headers: ["Location": "\(Self.uploads)1"]), for: "PATCH", "\(Self.uploads)1")
            let response = try await fixture.send("POST", "blobs/uploads/?mount=\(Sample.blobDigest)&from=\(fixture.name("team/source"))")
            #expect(response.status == 202)
            #expect(fixture.requestLines == ["POST \(Self.uploads)?mount=\(Sample.blobDigest)&from=team/source"])
            let location = try #require(response["Location"])
            #expect(try await fixture.server.send(fixture.server.request("PATCH", location, body: Sample.blob)).status == 202)
            #expect(fixture.registry.requests.last?.body == Sample.blob)
        }
    }

    @Test("A manifest with a wrong digest is not forwarded")
    func wrongDigest() async throws {
        try await Fixture.run { fixture in
            let response = try await fixture.send("PUT", "manifests/\(Sample.blobDigest)", body: Sample.manifest)
            #expect(response.status == 400 && response.code == "DIGEST_INVALID")
            #expect(fixture.requestLines.isEmpty)
        }
    }
}
