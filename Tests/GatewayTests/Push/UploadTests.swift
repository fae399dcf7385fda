import Domain
import NIOHTTP1
import Naming
import Operations
import TestSupport
import Testing

@Suite("Pushing")
struct UploadTests {
    private static let uploads = "/v2/team/image/blobs/uploads/"

    @Test("Where an upload goes on is a place of the server's own, and leads to the registry's")
    func location() async throws {
        try await House.run { house in
            house.registry.set(
                .answer(status: 202, headers: ["Location": "\(Self.uploads)1?_state=t", "Range": "0-36"]), for: "PATCH", "\(Self.uploads)1")
            house.registry.set(.answer(status: 201, headers: ["Location": "http://elsewhere.example/"]), for: "PUT", "\(Self.uploads)1")
            let begun = try await house.send("POST", "blobs/uploads/")
            let first = try #require(begun["Location"])
            #expect(begun.status == 202 && first.hasPrefix("/v2/\(house.name())/blobs/uploads/") && begun["Range"] == "0-0")
            let request = house.server.request(
                "PATCH", first, [("Content-Type", "application/octet-stream"), ("Content-Range", "0-36")], body: Sample.blob)
            let sent = try await house.server.send(request)
            #expect(sent.status == 202 && sent["Range"] == "0-36")
            let ended = try await house.server.send("PUT", "\(try #require(sent["Location"]))?digest=\(Sample.blobDigest)")
            #expect(ended.status == 201 && ended["Location"] == "/v2/\(house.name())/blobs/\(Sample.blobDigest)")
            #expect(
                house.asked == [
                    "POST \(Self.uploads)", "PATCH \(Self.uploads)1?_state=s", "PUT \(Self.uploads)1?_state=t&digest=\(Sample.blobDigest)",
                ])
            let patch = try #require(house.registry.requests.first { $0.method == "PATCH" })
            #expect(
                patch.body == Sample.blob && patch.headers["Content-Range"] == ["0-36"]
                    && patch.headers["Content-Length"] == ["\(Sample.blob.count)"])
        }
    }

    @Test("A body whose length is not said is sent on as it comes")
    func chunked() async throws {
        try await House.run { house in
            house.registry.set(.answer(status: 202, headers: ["Location": "\(Self.uploads)1"]), for: "PATCH", "\(Self.uploads)1")
            let first = try #require(try await house.send("POST", "blobs/uploads/")["Location"])
            let blob = (0..<500_000).map { UInt8(truncatingIfNeeded: $0) }
            let request = house.server.request("PATCH", first, body: blob).chunked(by: 70_000)
            #expect(try await house.server.send(request).status == 202)
            #expect(house.registry.requests.last?.body == blob)
        }
    }

    @Test("A whole blob in one request goes up as one, whether its length is said or not", arguments: [true, false])
    func monolithic(_ isMeasured: Bool) async throws {
        try await House.run { house in
            house.registry.set(
                .answer(status: 201, headers: ["Location": "http://elsewhere.example/", "Docker-Content-Digest": Sample.blobDigest]),
                for: "POST", Self.uploads)
            let request = house.server.request(
                "POST", "/v2/\(house.name())/blobs/uploads/?digest=\(Sample.blobDigest)", [("Content-Type", "application/octet-stream")],
                body: Sample.blob)
            let response = try await house.server.send(isMeasured ? request : request.chunked(by: 7))
            #expect(response.status == 201 && response["Docker-Content-Digest"] == Sample.blobDigest, "\(response.text)")
            #expect(response["Location"] == "/v2/\(house.name())/blobs/\(Sample.blobDigest)")
            #expect(house.asked == ["POST \(Self.uploads)?digest=\(Sample.blobDigest)"])
            let asked = try #require(house.registry.requests.last)
            #expect(asked.body == Sample.blob && asked.authorization == Canary.authorization)
            #expect(asked.headers["Content-Type"] == ["application/octet-stream"])
            #expect(asked.headers["Content-Length"] == (isMeasured ? ["\(Sample.blob.count)"] : []))
            #expect(try await house.uses(.repositoryPush).count == 1)
        }
    }

    @Test("Where the registry does not do that, the upload that it began instead goes on, and takes the blob")
    func notMonolithic() async throws {
        try await House.run { house in
            house.registry.set(.answer(status: 201), for: "PUT", "\(Self.uploads)1")
            let begun = try await house.send("POST", "blobs/uploads/?digest=\(Sample.blobDigest)", body: Sample.blob)
            let location = try #require(begun["Location"], "\(begun.text)")
            #expect(begun.status == 202 && location.hasPrefix("/v2/\(house.name())/blobs/uploads/"))
            let request = house.server.request("PUT", "\(location)?digest=\(Sample.blobDigest)", body: Sample.blob)
            let ended = try await house.server.send(request)
            #expect(ended.status == 201 && ended["Location"] == "/v2/\(house.name())/blobs/\(Sample.blobDigest)", "\(ended.text)")
            #expect(house.asked.last == "PUT \(Self.uploads)1?_state=s&digest=\(Sample.blobDigest)")
            #expect(house.registry.requests.last?.body == Sample.blob)
        }
    }

    @Test(
        "A whole blob under something that is no digest, or that the registry finds wrong, is not there", arguments: ["sha256:12", "md5:1"])
    func monolithicWrong(_ digest: String) async throws {
        try await House.run { house in
            let refused = try await house.send("POST", "blobs/uploads/?digest=\(digest)", body: Sample.blob)
            #expect(refused.status == 400 && refused.code == "DIGEST_INVALID" && house.asked.isEmpty)
            house.registry.set(.error(400, "DIGEST_INVALID", "another digest"), for: "POST", Self.uploads)
            let wrong = try await house.send("POST", "blobs/uploads/?digest=\(Sample.manifestDigest)", body: Sample.blob)
            #expect(wrong.status == 400 && wrong.code == "DIGEST_INVALID" && wrong["Location"] == nil, "\(wrong.text)")
        }
    }

    @Test("What a client does not send to its end does not end for the registry either", arguments: [true, false])
    func brokenOff(_ isMeasured: Bool) async throws {
        try await House.run { (house: House) async throws in
            house.registry.set(.answer(status: 202, headers: ["Location": "\(Self.uploads)1"]), for: "PATCH", "\(Self.uploads)1")
            let first = try #require(try await house.send("POST", "blobs/uploads/")["Location"])
            let fields = isMeasured ? [(name: "Content-Length", value: "100")] : [(name: "Transfer-Encoding", value: "chunked")]
            let body = isMeasured ? Array("beginning".utf8) : Array("9\r\nbeginning\r\n".utf8)
            let connection = try await RawConnection.open(port: house.server.port)
            try await connection.send(house.server.request("PATCH", first, fields, body: body).bytes)
            try await house.wait { house.registry.beginnings.last?.hasPrefix("PATCH ") == true }
            let count = house.registry.connectionCount
            await connection.close()
            try await house.wait { house.registry.connectionCount < count }
            #expect(!house.asked.contains { $0.hasPrefix("PATCH") })
        }
    }

    @Test("An upload that is to go on at another place does not, and nobody there is asked anything")
    func elsewhere() async throws {
        try await FaultyRegistry.run { foreign in
            try await House.run(gateway: TestGateway(allowances: [foreign.authority])) { house in
                for location in [
                    "http://\(foreign.authority)/v2/a/blobs/uploads/1", "//\(foreign.authority)/a", "https://\(house.registry.authority)/a",
                    "http://\(house.registry.authority)@\(foreign.authority)/a", "uploads/1", "/\\\(foreign.authority)/a",
                ] {
                    house.registry.set(.answer(status: 202, headers: ["Location": location]), for: "POST", Self.uploads)
                    let response = try await house.send("POST", "blobs/uploads/")
                    #expect(response.status == 502 && response["Location"] == nil && response.message.contains("elsewhere"), "\(location)")
                }
                #expect(foreign.openings.isEmpty)
            }
        }
    }

    @Test("A blob is taken from another repository of the registry where the caller may pull that")
    func mount() async throws {
        try await House.run { house in
            try await house.register("team/source", nil, nil)
            _ = try await house.backend.backend.registerRepository(
                RepositoryName(parsing: "registry.example/team/source"), with: CredentialInput(username: nil, password: nil), in: nil,
                verify: .unsaid, by: house.backend.caller())
            house.registry.set(for: "POST", Self.uploads) { request in
                request.query.hasPrefix("mount=") ? .answer(status: 201) : .answer(status: 202, headers: ["Location": "\(Self.uploads)1"])
            }
            let query = "?mount=\(Sample.blobDigest)&from="
            let mounted = try await house.send("POST", "blobs/uploads/\(query)\(house.name("team/source"))")
            #expect(mounted.status == 201 && mounted["Location"] == "/v2/\(house.name())/blobs/\(Sample.blobDigest)")
            #expect(house.asked == ["POST \(Self.uploads)?mount=\(Sample.blobDigest)&from=team/source"])
            #expect(house.registry.requests.last?.authorization == Canary.authorization)
            let token = try await house.token("pull,push")
            for (source, authorization) in [
                (house.name("team/unknown"), Authorization.administrator), ("nobody/\(house.name("team/source"))", .administrator),
                ("registry.example/team/source", .administrator), ("nonsense", .administrator),
                (house.name("team/source"), .field("Bearer \(token)")),
            ] {
                let count = house.asked.count
                let response = try await house.send("POST", "blobs/uploads/\(query)\(source)", as: authorization)
                #expect(response.status == 202 && Array(house.asked.dropFirst(count)) == ["POST \(Self.uploads)"], "\(source)")
            }
        }
    }

    @Test("Where the registry does not do that, the upload that it began instead goes on")
    func unmounted() async throws {
        try await House.run { house in
            try await house.register("team/source", nil, nil)
            let response = try await house.send("POST", "blobs/uploads/?mount=\(Sample.blobDigest)&from=\(house.name("team/source"))")
            #expect(response.status == 202 && response["Location"] != nil && house.asked.count == 1)
        }
    }

    @Test("What is pushed under a digest that it does not have goes nowhere")
    func wrongDigest() async throws {
        try await House.run { house in
            let response = try await house.send("PUT", "manifests/\(Sample.blobDigest)", body: Sample.manifest)
            #expect(response.status == 400 && response.code == "DIGEST_INVALID")
            #expect(house.asked.isEmpty)
        }
    }
}
