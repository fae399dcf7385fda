import Domain
import Gateway
import Naming
import Storage
import TestSupport
import Testing

@Suite("Redirects returned to clients")
struct ForwardedRedirectTests {
    private static let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
    private static let resource = "blobs/\(Sample.blobDigest)"
    private static let gateway = TestGateway(options: .init(forwardsBlobRedirects: true))

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

    /// URLs cannot hold every byte.
    private static let encodings = SecretEncoding.all.filter { encoding in
        encoding.text(Canary.password).utf8.allSatisfy { (0x21..<0x7F).contains($0) && !"\"\\<>^`{|}#".utf8.contains($0) }
    }

    @Test(
        "A URL that contains the password is followed and not returned", arguments: encodings, ["/?t=SECRET", "/SECRET", "/a?b=c#SECRET"])
    func secret(_ encoding: SecretEncoding, _ form: String) async throws {
        try await Self.withOther { other, fixture in
            let target = form.replacing("SECRET", with: encoding.text(Canary.password))
            for method in ["GET", "HEAD"] {
                fixture.registry.set(.redirect(307, to: "http://\(other.authority)\(target)"), for: method, Self.path)
                let response = try await fixture.send(method, Self.resource)
                #expect(response.status == 200 && response["Location"] == nil, "\(response.status) \(response.fields)")
                #expect(method == "HEAD" || response.body == Sample.blob)
            }
            #expect(other.authorizations.isEmpty && Canary.traces(in: fixture.server.log.text).isEmpty)
        }
    }

    @Test(
        "A URL that contains the field Authorization, or the registry's token, is followed and not returned",
        arguments: RegistryScheme.allCases)
    func authorization(_ scheme: RegistryScheme) async throws {
        try await FaultyRegistry.run { other in
            other.intercept { _ in .answer(status: 200, body: Sample.blob) }
            try await RegistryScene.run(scheme, gateway: Self.gateway) { scene in
                try await scene.fixture.approve(other.authority)
                scene.respond("GET", Self.path) { request in
                    let value = request.authorization?.split(separator: " ").last ?? ""
                    return .redirect(307, to: "http://\(other.authority)/?t=\(value.replacing("+", with: "%2B"))")
                }
                let response = try await scene.fixture.send("GET", Self.resource)
                #expect(response.status == 200 && response.body == Sample.blob, "\(response.status) \(response.fields)")
                #expect(other.lines.count == 1)
            }
        }
    }

    @Test("An ordinary URL is returned beside the same registry's other ones") func ordinary() async throws {
        try await Self.withOther { other, fixture in
            fixture.registry.set(
                .redirect(307, to: "http://\(other.authority)/?X-Amz-Signature=\(Sample.blobDigest)"), for: "GET", Self.path)
            let response = try await fixture.send("GET", Self.resource)
            #expect(response.status == 307 && other.openings.isEmpty, "\(response.status) \(response.fields)")
        }
    }

    /// Runs a second registry, to which downloads may be redirected.
    private static func withOther(_ body: (FaultyRegistry, Fixture) async throws -> Void) async throws {
        try await FaultyRegistry.run { other in
            other.intercept { $0.method == "HEAD" ? .answer(status: 200) : .answer(status: 200, body: Sample.blob) }
            try await Fixture.run(gateway: gateway) { fixture in
                try await fixture.approve(other.authority)
                try await body(other, fixture)
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

extension Fixture {
    /// Allows connections to a registry of the test.
    fileprivate func approve(_ authority: String) async throws {
        let registry = Registry(
            authority: try RegistryAuthority(parsing: authority), isSSL: false, trust: RegistryTrust(isApproved: true, isPlainHTTP: true))
        try await backend.decoratedStore.write { try $0.configure(registry) }
    }
}
