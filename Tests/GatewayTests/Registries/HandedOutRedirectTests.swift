import Gateway
import TestSupport
import Testing

@Suite("Redirects returned to clients")
struct HandedOutRedirectTests {
    private static let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
    private static let resource = "blobs/\(Sample.blobDigest)"
    private static let gateway = TestGateway(options: .init(handsOutRedirects: true))

    @Test(
        "The location that a client receives is absolute",
        arguments: [
            ("https://1.1.1.1/a?b=c%2Fd", "https://1.1.1.1/a?b=c%2Fd"), ("//1.1.1.1/a", "http://1.1.1.1/a"),
            ("HTTPS://1.1.1.1/x/../a", "https://1.1.1.1/a"),
        ], ["GET", "HEAD"])
    func absolute(_ row: (location: String, absolute: String), _ method: String) async throws {
        try await Fixture.run(gateway: Self.gateway) { fixture in
            for each in ["GET", "HEAD"] { fixture.registry.set(.redirect(307, to: row.location), for: each, Self.path) }
            let response = try await fixture.send(method, Self.resource)
            #expect(response.status == 307 && response["Location"] == row.absolute, "\(response.status) \(response.fields)")
        }
    }

    @Test(
        "A redirect to the registry itself, which demands the credential, is followed and not returned",
        arguments: [
            ("/bucket/a?b=c%2Fd", "/bucket/a"), ("//AUTHORITY/bucket/a", "/bucket/a"), ("../../../../bucket/a", "/bucket/a"),
            ("a", "/v2/team/image/blobs/a"), ("?signature=a", path), ("HTTP://AUTHORITY/a", "/a"),
        ], RegistryScheme.allCases)
    func own(_ row: (location: String, path: String), _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme, gateway: Self.gateway) { scene in
            let location = row.location.replacing("AUTHORITY", with: scene.registry.authority)
            scene.registry.intercept { request in
                guard request.authorization != nil else { return nil }
                let isFirst = request.path == Self.path && request.query.isEmpty
                guard isFirst || request.path == row.path else { return nil }
                return isFirst ? .redirect(307, to: location) : .answer(status: 200, body: request.method == "HEAD" ? [] : Sample.blob)
            }
            let response = try await scene.fixture.send("GET", Self.resource)
            #expect(response.status == 200 && response.body == Sample.blob, "\(response.status) \(response.fields)")
            let head = try await scene.fixture.send("HEAD", Self.resource)
            #expect(head.status == 200 && head["Location"] == nil, "\(head.status) \(head.fields)")
        }
    }

    @Test("A redirect to another host after one on the registry itself is returned", arguments: RegistryScheme.allCases)
    func ownThenOther(_ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme, gateway: Self.gateway) { scene in
            scene.respond("GET", Self.path) { _ in .redirect(302, to: "/next") }
            scene.registry.intercept { request in
                request.authorization != nil && request.path == "/next" ? .redirect(302, to: "https://1.1.1.1/a") : nil
            }
            let response = try await scene.fixture.send("GET", Self.resource)
            #expect(response.status == 307 && response["Location"] == "https://1.1.1.1/a", "\(response.status) \(response.fields)")
        }
    }

    @Test(
        "A redirect that the address policy forbids is not returned",
        arguments: [
            "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/a", "https://192.168.1.1:9000/a", "http://0.0.0.0/a",
            "//10.0.0.1/a",
            "http://OTHER/a", "http://0x7f.1/a", "http://[::1]/a", "http://[::ffff:169.254.169.254]/a", "ftp://1.1.1.1/a",
            "http://user@1.1.1.1/a", "javascript:alert(1)",
        ])
    func refused(_ location: String) async throws {
        try await FaultyRegistry.run { other in
            try await Fixture.run(gateway: Self.gateway) { fixture in
                fixture.registry.set(.redirect(307, to: location.replacing("OTHER", with: other.authority)), for: "GET", Self.path)
                let response = try await fixture.send("GET", Self.resource)
                #expect(response.status == 403 && response.code == "DENIED", "\(response.status) \(response.text)")
                #expect(response["Location"] == nil && other.openings.isEmpty)
            }
        }
    }

    @Test(
        "For a registry with TLS, only https redirects are returned",
        .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"),
        arguments: ["http://1.1.1.1/a", "http://AUTHORITY/a", "HTTP://1.1.1.1/a"])
    func downgrade(_ location: String) async throws {
        try await TemporaryDirectory.with { folder in
            let certificate = try await RegistryCertificate.signed(in: folder)
            try await Fixture.run(speaking: .https(certificate), gateway: Self.gateway) { fixture in
                try await fixture.trust(certificate)
                let authority = fixture.registry.authority
                fixture.registry.set(.redirect(307, to: location.replacing("AUTHORITY", with: authority)), for: "GET", Self.path)
                let refused = try await fixture.send("GET", Self.resource)
                #expect(refused.status == 403 && refused["Location"] == nil, "\(refused.status) \(refused.text)")
                fixture.registry.set(.redirect(307, to: "//1.1.1.1/a"), for: "GET", Self.path)
                #expect(try await fixture.send("GET", Self.resource)["Location"] == "https://1.1.1.1/a")
            }
        }
    }

    @Test("Redirects of manifests and lists are not returned", arguments: ["manifests/v1", "tags/list"])
    func others(_ resource: String) async throws {
        try await Fixture.run(gateway: Self.gateway) { fixture in
            for method in ["GET", "HEAD"] {
                fixture.registry.set(.redirect(307, to: "/content"), for: method, "/v2/team/image/\(resource)")
                let reply = resource == "tags/list" ? RegistryReply.json(200, #"{"name":"a","tags":[]}"#) : Sample.manifestReply()
                fixture.registry.set(reply, for: method, "/content")
            }
            let response = try await fixture.send("GET", resource)
            #expect(response.status == 200 && response["Location"] == nil, "\(response.text)")
        }
    }
}
