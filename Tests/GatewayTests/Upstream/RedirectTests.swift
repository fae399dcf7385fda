import Gateway
import NIOHTTP1
import TestSupport
import Testing

@Suite("Redirects of registries")
struct RedirectTests {
    private static let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
    private static let resource = "blobs/\(Sample.blobDigest)"

    @Test("A redirect of a blob to another host is followed without the credential", arguments: [301, 302, 303, 307, 308])
    func followed(_ status: Int) async throws {
        try await FaultyRegistry.run { store in
            store.set(.answer(status: 200, body: Sample.blob), for: "GET", "/bucket/blob")
            try await Fixture.run(gateway: TestGateway(allowances: [store.authority])) { fixture in
                fixture.registry.set(.redirect(status, to: "http://\(store.authority)/bucket/blob?signature=a%2Fb"), for: "GET", Self.path)
                let fields = [(name: "Cookie", value: "a=b"), (name: "X-Secret", value: "c")]
                let response = try await fixture.send("GET", Self.resource, fields)
                #expect(response.status == 200 && response.body == Sample.blob && response["Location"] == nil)
                #expect(store.lines == ["GET /bucket/blob?signature=a%2Fb"])
                let request = try #require(store.requests.first)
                #expect(request.authorization == nil && request.headers["Cookie"].isEmpty && request.headers["X-Secret"].isEmpty)
                #expect(Canary.traces(in: "\(request.headers) \(request.target) \(request.body)").isEmpty)
                #expect(!fixture.registry.authorizations.isEmpty)
            }
        }
    }

    @Test("Five redirects are followed, and six are not", arguments: [(5, 200), (6, 502)])
    func many(_ count: Int, _ status: Int) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            fixture.registry.set(.redirect(to: "/hop/1"), for: "GET", Self.path)
            for hop in 1..<count { fixture.registry.set(.redirect(to: "/hop/\(hop + 1)"), for: "GET", "/hop/\(hop)") }
            fixture.registry.set(.answer(status: 200, body: Sample.blob), for: "GET", "/hop/\(count)")
            #expect(try await fixture.send("GET", Self.resource).status == status)
            // All of them are on the registry's own origin.
            let hops = fixture.registry.requests.filter { $0.path.hasPrefix("/hop/") }
            #expect(hops.count == 5 && hops.allSatisfy { $0.authorization == Canary.authorization })
            #expect(fixture.registry.lines.contains("GET /hop/5") && !fixture.registry.lines.contains("GET /hop/6"))
        }
    }

    @Test(
        "Redirects to private networks and to ambiguous URLs are refused",
        arguments: [
            "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/a", "http://192.168.1.1:9000/a", "http://0.0.0.0/a",
            "//127.0.0.1/a",
            "http://0x7f.1/a", "ftp://127.0.0.1/a", "http://user@127.0.0.1/a", "http:blob",
        ])
    func inside(_ location: String) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.redirect(to: location), for: "GET", Self.path)
            let response = try await fixture.send("GET", Self.resource)
            #expect(response.status == 403 && response.code == "DENIED", "\(response.text)")
        }
    }

    @Test("A redirect to another port of an allowed host is refused")
    func otherPort() async throws {
        try await FaultyRegistry.run { store in
            try await Fixture.run { (fixture: Fixture) async throws in
                fixture.registry.set(.redirect(to: "http://\(store.authority)/blob"), for: "GET", Self.path)
                #expect(try await fixture.send("GET", Self.resource).status == 403)
                #expect(store.openings.isEmpty)
            }
        }
    }

    @Test(
        "Redirects from https to http are refused, even to the registry itself or after another redirect",
        .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func notDown() async throws {
        try await TemporaryDirectory.with { folder in
            let certificate = try await RegistryCertificate.signed(in: folder)
            try await FaultyRegistry.run { store in
                store.set(.answer(status: 200, body: Sample.blob), for: "GET", "/blob")
                try await Fixture.run(speaking: .https(certificate), gateway: TestGateway(allowances: [store.authority])) { fixture in
                    try await fixture.trust(certificate)
                    let registry = fixture.registry
                    registry.set(.redirect(to: "http://\(store.authority)/blob"), for: "GET", "/hop")
                    registry.set(.answer(status: 200, body: Sample.blob), for: "GET", "/own")
                    for location in ["http://\(store.authority)/blob", "http://\(registry.authority)/own", "/hop"] {
                        registry.set(.redirect(to: location), for: "GET", Self.path)
                        let response = try await fixture.send("GET", Self.resource)
                        #expect(response.status == 403 && response.code == "DENIED", "\(location): \(response.text)")
                        #expect(response.message.contains("redirects from https to http, which is not followed"), "\(response.message)")
                        #expect(response["Location"] == nil)
                    }
                    #expect(store.openings.isEmpty && registry.openings.allSatisfy { $0 == 0x16 })
                    registry.set(.redirect(to: "https://\(registry.authority)/own"), for: "GET", Self.path)
                    #expect(try await fixture.send("GET", Self.resource).body == Sample.blob)
                    // With TLS on the same host and port, the credential stays.
                    let hops = registry.requests.filter { !$0.path.hasPrefix("/v2/") }
                    #expect(hops.map(\.path) == ["/hop", "/own"] && hops.allSatisfy { $0.authorization == Canary.authorization })
                    #expect(registry.requests.contains { $0.path == Self.path && $0.authorization == Canary.authorization })
                }
            }
        }
    }

    @Test("Redirects of pushes are not followed, to another origin or within the same one")
    func others() async throws {
        try await FaultyRegistry.run { store in
            try await Fixture.run(gateway: TestGateway(allowances: [store.authority])) { fixture in
                let base = "/v2/team/image"
                let begun = try #require(try await fixture.send("POST", "blobs/uploads/")["Location"])
                for location in ["http://\(store.authority)/x", "/x"] {
                    for (method, path) in [("POST", "blobs/uploads/"), ("PUT", "manifests/v1")] {
                        fixture.registry.set(.redirect(to: location), for: method, "\(base)/\(path)")
                        #expect(try await fixture.send(method, path).status == 502, "\(method) \(path) \(location)")
                    }
                    for (method, target) in [("PATCH", begun), ("PUT", "\(begun)?digest=\(Sample.blobDigest)")] {
                        fixture.registry.set(.redirect(to: location), for: method, "\(base)/blobs/uploads/1")
                        let response = try await fixture.server.send(fixture.server.request(method, target, body: Sample.blob))
                        #expect(response.status == 502 && response["Location"] == nil, "\(method) \(location): \(response.text)")
                    }
                }
                #expect(store.openings.isEmpty && !fixture.registry.requests.contains { $0.path == "/x" })
            }
        }
    }

    /// The address policy is checked before a redirect is returned, so that its host must have an address.
    @Test("If configured, the redirect of a blob is returned to the client")
    func handedOut() async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(forwardsBlobRedirects: true))) { fixture in
            fixture.registry.set(.redirect(to: "https://1.1.1.1/a?b"), for: "GET", Self.path)
            let response = try await fixture.send("GET", Self.resource)
            #expect(response.status == 307 && response["Location"] == "https://1.1.1.1/a?b")
        }
    }
}
