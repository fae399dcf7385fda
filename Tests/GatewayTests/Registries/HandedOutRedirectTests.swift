import Gateway
import TestSupport
import Testing

@Suite("Redirects that are handed to clients")
struct HandedOutRedirectTests {
    private static let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
    private static let resource = "blobs/\(Sample.blobDigest)"
    private static let gateway = TestGateway(options: .init(handsOutRedirects: true))

    @Test(
        "The location that a client gets is absolute",
        arguments: [
            ("/bucket/a?b=c%2Fd", "http://AUTHORITY/bucket/a?b=c%2Fd"), ("//AUTHORITY/bucket/a", "http://AUTHORITY/bucket/a"),
            ("../../../../bucket/a", "http://AUTHORITY/bucket/a"), ("a", "http://AUTHORITY/v2/team/image/blobs/a"),
            ("?signature=a", "http://AUTHORITY\(path)?signature=a"), ("HTTP://AUTHORITY/a", "http://AUTHORITY/a"),
            ("https://1.1.1.1/a?b=c%2Fd", "https://1.1.1.1/a?b=c%2Fd"), ("//1.1.1.1/a", "http://1.1.1.1/a"),
        ], ["GET", "HEAD"])
    func absolute(_ row: (location: String, absolute: String), _ method: String) async throws {
        try await House.run(gateway: Self.gateway) { house in
            let resolve = { (text: String) in text.replacing("AUTHORITY", with: house.registry.authority) }
            for each in ["GET", "HEAD"] { house.registry.set(.redirect(307, to: resolve(row.location)), for: each, Self.path) }
            let response = try await house.send(method, Self.resource)
            #expect(response.status == 307 && response["Location"] == resolve(row.absolute), "\(response.status) \(response.fields)")
        }
    }

    @Test(
        "A location that the address policy forbids is not handed out",
        arguments: [
            "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/a", "https://192.168.1.1:9000/a", "http://0.0.0.0/a",
            "//10.0.0.1/a",
            "http://OTHER/a", "http://0x7f.1/a", "http://[::1]/a", "http://[::ffff:169.254.169.254]/a", "ftp://1.1.1.1/a",
            "http://user@1.1.1.1/a", "javascript:alert(1)",
        ])
    func refused(_ location: String) async throws {
        try await FaultyRegistry.run { other in
            try await House.run(gateway: Self.gateway) { house in
                house.registry.set(.redirect(307, to: location.replacing("OTHER", with: other.authority)), for: "GET", Self.path)
                let response = try await house.send("GET", Self.resource)
                #expect(response.status == 403 && response.code == "DENIED", "\(response.status) \(response.text)")
                #expect(response["Location"] == nil && other.openings.isEmpty)
            }
        }
    }

    @Test(
        "A registry with TLS hands out https alone", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"),
        arguments: ["http://1.1.1.1/a", "http://AUTHORITY/a", "HTTP://1.1.1.1/a"])
    func downgrade(_ location: String) async throws {
        try await TemporaryDirectory.with { folder in
            let certificate = try await RegistryCertificate.signed(in: folder)
            try await House.run(speaking: .https(certificate), gateway: Self.gateway) { house in
                try await house.trust(certificate)
                let authority = house.registry.authority
                house.registry.set(.redirect(307, to: location.replacing("AUTHORITY", with: authority)), for: "GET", Self.path)
                let refused = try await house.send("GET", Self.resource)
                #expect(refused.status == 403 && refused["Location"] == nil, "\(refused.status) \(refused.text)")
                house.registry.set(.redirect(307, to: "/bucket/a"), for: "GET", Self.path)
                #expect(try await house.send("GET", Self.resource)["Location"] == "https://\(authority)/bucket/a")
                house.registry.set(.redirect(307, to: "//1.1.1.1/a"), for: "GET", Self.path)
                #expect(try await house.send("GET", Self.resource)["Location"] == "https://1.1.1.1/a")
            }
        }
    }

    @Test("Manifests and lists are not handed out", arguments: ["manifests/v1", "tags/list"])
    func others(_ resource: String) async throws {
        try await House.run(gateway: Self.gateway) { house in
            for method in ["GET", "HEAD"] {
                house.registry.set(.redirect(307, to: "/content"), for: method, "/v2/team/image/\(resource)")
                let reply = resource == "tags/list" ? RegistryReply.json(200, #"{"name":"a","tags":[]}"#) : Sample.manifestReply()
                house.registry.set(reply, for: method, "/content")
            }
            let response = try await house.send("GET", resource)
            #expect(response.status == 200 && response["Location"] == nil, "\(response.text)")
        }
    }
}
