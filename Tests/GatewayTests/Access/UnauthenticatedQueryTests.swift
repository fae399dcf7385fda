import TestSupport
import Testing

@Suite("Queries of unauthenticated requests at the gateway") struct UnauthenticatedQueryTests {
    private static let malformed = ["n=%ZZ", "last=%FF", "x=%00", "ns=%zz", "tag=%&tag=a", "scope=%2", "=%"]
    private static let queries = malformed + ["n=x", "n=0", "n=1&n=2", "ns=A%20B", "tag=A%20B", "x=1"]

    private func requests(_ fixture: Fixture) -> [(method: String, path: String)] {
        let base = "/v2/\(fixture.name())"
        return [
            ("GET", "/v2/"), ("GET", "/v2/_catalog"), ("GET", "/v2/nothing"), ("GET", "\(base)/manifests/v1"),
            ("PUT", "\(base)/manifests/v1"),
            ("DELETE", "\(base)/manifests/v1"), ("GET", "\(base)/blobs/\(Sample.blobDigest)"), ("POST", "\(base)/blobs/uploads/"),
            ("GET", "\(base)/tags/list"), ("GET", "\(base)/referrers/\(Sample.blobDigest)"), ("GET", "/token"),
        ]
    }

    @Test(
        "A request without valid credentials gets a challenge, whatever its query",
        arguments: [
            Authorization.nobody, .field(TestServer.basic("admin:wrong")), .field("Bearer a.b.c"), .field("Bearer nothing"), .field("x"),
        ])
    func challenged(_ authorization: Authorization) async throws {
        try await Fixture.run { fixture in
            for (method, path) in requests(fixture) {
                for query in Self.queries {
                    fixture.backend.clock.advance(by: 7)
                    let response = try await fixture.server.send(method, "\(path)?\(query)", as: authorization)
                    #expect(response.status == 401 && response.code == "UNAUTHORIZED", "\(method) \(path)?\(query) \(response.text)")
                    #expect(response["WWW-Authenticate"] != nil)
                }
            }
            #expect(fixture.registry.requests.isEmpty)
        }
    }

    @Test("An authenticated request with a malformed query is rejected, and the registry receives nothing")
    func malformed() async throws {
        try await Fixture.run { fixture in
            for (method, path) in requests(fixture) {
                for query in Self.malformed {
                    let response = try await fixture.server.send(method, "\(path)?\(query)")
                    #expect(response.status == 400 && response.message.contains("percent-encoded"), "\(method) \(path)?\(query)")
                }
            }
            #expect(fixture.registry.requests.isEmpty)
        }
    }
}
