import Domain
import Gateway
import Naming
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

@Suite(
    "Pushes and pulls at the CNCF's registry", .serialized,
    .enabled(if: DockerRegistry.isInstalled && RegistryCertificate.isPossible, "docker-registry or openssl is not installed"))
struct RealRegistryTests {
    private static let users = ["alice": #"pass+word/%41"#]
    private static let image = "team/image"

    /// Runs a server where the administrator has registered the image with alice's password.
    private func serve(_ authority: String, realm: String? = nil, _ body: (TestServer, String) async throws -> Void) async throws {
        let plain = VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false, realm: realm)
        let backend = try await TestBackend(verifier: StubVerifier { _ in plain })
        try await TestServer.run(on: backend, gateway: TestGateway(options: .init(allowsDeletion: true, verifiesBlobs: true))) { server in
            let name = try RepositoryName(parsing: "\(authority)/\(Self.image)")
            let input = CredentialInput(username: Secret("alice"), password: Self.users["alice"].map { Secret($0) })
            _ = try await backend.backend.registerRepository(name, with: input, in: nil, verify: .unspecified, by: backend.caller())
            try await body(server, "\(authority.replacing(":", with: "_"))/\(Self.image)")
        }
    }

    private func pushAndPull(_ server: TestServer, _ name: String) async throws {
        let begun = try await server.send("POST", "/v2/\(name)/blobs/uploads/")
        var location = try #require(begun["Location"], "\(begun.text)")
        let half = Sample.blob.count / 2
        for (range, part) in [("0-\(half - 1)", Sample.blob[..<half]), ("\(half)-\(Sample.blob.count - 1)", Sample.blob[half...])] {
            let request = server.request("PATCH", location, [("Content-Range", range)], body: Array(part))
            let sent = try await server.send(request)
            #expect(sent.status == 202, "\(sent.text)")
            location = try #require(sent["Location"])
            let status = try await server.send("GET", location)
            #expect(status.status == 204 && status["Range"]?.hasSuffix("-\(range.split(separator: "-")[1])") == true)
        }
        #expect(try await server.send("PUT", "\(location)?digest=\(Sample.blobDigest)").status == 201)
        let manifest = try await server.send(
            server.request("PUT", "/v2/\(name)/manifests/v1", [("Content-Type", Sample.manifestType)], body: Sample.manifest))
        #expect(manifest.status == 201 && manifest["Location"] == "/v2/\(name)/manifests/v1", "\(manifest.text)")
        for reference in ["v1", Sample.manifestDigest] {
            let pulled = try await server.send("GET", "/v2/\(name)/manifests/\(reference)", [("Accept", Sample.manifestType)])
            #expect(pulled.body == Sample.manifest)
        }
        #expect(try await server.send("GET", "/v2/\(name)/blobs/\(Sample.blobDigest)").body == Sample.blob)
        let part = try await server.send("GET", "/v2/\(name)/blobs/\(Sample.blobDigest)", [("Range", "bytes=2-5")])
        #expect(part.status == 206 && part.body == Array(Sample.blob[2...5]))
        #expect(try await server.send("GET", "/v2/\(name)/tags/list").text.contains(#""tags":["v1"]"#))
    }

    private func cancelAndDelete(_ server: TestServer, _ name: String, _ registry: DockerRegistry) async throws {
        let begun = try await server.send("POST", "/v2/\(name)/blobs/uploads/")
        #expect(registry.unfinishedUploads(in: Self.image).count == 1)
        #expect(try await server.send("DELETE", try #require(begun["Location"])).status == 204)
        #expect(registry.unfinishedUploads(in: Self.image).isEmpty)
        #expect(try await server.send("DELETE", "/v2/\(name)/manifests/\(Sample.manifestDigest)").status == 202)
        #expect(try await server.send("GET", "/v2/\(name)/manifests/v1").status == 404)
    }

    @Test("Pushes and pulls with a password succeed")
    func basic() async throws {
        try await DockerRegistry.run(users: Self.users) { registry in
            try await serve(registry.authority) { server, name in
                try await pushAndPull(server, name)
                try await cancelAndDelete(server, name, registry)
            }
        }
    }

    @Test("A whole blob in one request is stored, whether its length is announced or not")
    func monolithic() async throws {
        try await DockerRegistry.run(users: Self.users) { registry in
            try await serve(registry.authority) { server, name in
                for (blob, isChunked) in [(Sample.blob, false), (Sample.manifest, true)] {
                    let digest = Sample.digest(of: blob)
                    let whole = server.request("POST", "/v2/\(name)/blobs/uploads/?digest=\(digest)", body: blob)
                    let response = try await server.send(isChunked ? whole.chunked(by: 7) : whole)
                    #expect(response.status == 201 && response["Location"] == "/v2/\(name)/blobs/\(digest)", "\(response.text)")
                    #expect(try await server.send("GET", "/v2/\(name)/blobs/\(digest)").body == blob)
                }
                #expect(registry.unfinishedUploads(in: Self.image).isEmpty)
                let wrong = server.request("POST", "/v2/\(name)/blobs/uploads/?digest=\(Sample.manifestDigest)", body: Sample.blob)
                let refused = try await server.send(wrong)
                #expect(refused.status == 400 && refused.code == "DIGEST_INVALID", "\(refused.text)")
            }
        }
    }

    @Test("Pushes and pulls with tokens need one token for all pulls and one for all pushes")
    func tokens() async throws {
        try await TemporaryDirectory.with { folder in
            var behavior = TokenBehavior(users: Self.users, rights: ["alice": [Self.image: ["pull", "push", "delete"]]])
            behavior.signer = try TestTokenSigner(await .selfSigned(in: folder))
            try await TokenServer.run(behavior) { tokens in
                try await DockerRegistry.run(tokens: tokens) { registry in
                    try await serve(registry.authority, realm: tokens.realm) { server, name in
                        try await pushAndPull(server, name)
                        #expect(tokens.server.requests.count == 2)
                    }
                }
            }
        }
    }

    @Test("skopeo copies an image to the registry and back")
    func skopeo() async throws {
        try await DockerRegistry.run(users: Self.users) { registry in
            try await serve(registry.authority) { server, name in
                try await TemporaryDirectory.with { folder in
                    let layout = try RegistryImage().write(to: folder, as: "image", tag: "v1")
                    let environment = ["HOME": folder.path, "TMPDIR": folder.path]
                    let (there, creds) = ("docker://127.0.0.1:\(server.port)/\(name):v1", "admin:\(server.backend.key.revealed())")
                    let common = ["copy", "--insecure-policy", "--quiet"]
                    _ = try await run(
                        "skopeo", common + ["--dest-tls-verify=false", "--dest-creds", creds, "oci:\(layout):v1", there],
                        environment: environment
                    ).succeeded()
                    #expect(registry.hasTag("v1", in: Self.image))
                    _ = try await run(
                        "skopeo", common + ["--src-tls-verify=false", "--src-creds", creds, there, "oci:\(folder.path(of: "back")):v1"],
                        environment: environment
                    ).succeeded()
                }
            }
        }
    }
}
