import NIOHTTP1
import TestSupport
import Testing

@Suite("Failures of token realms")
struct RealmFailureTests {
    private static let requests = [
        ("GET", "blobs/\(Sample.blobDigest)"), ("HEAD", "manifests/v1"), ("POST", "blobs/uploads/"), ("PUT", "manifests/v2"),
    ]

    @Test(
        "5xx and 407 of a realm become 502 with the same Retry-After", arguments: requests,
        [(503, "17"), (500, "1"), (502, "Wed, 21 Oct 2099 07:28:00 GMT"), (407, "3600"), (503, nil)])
    func failed(_ request: (method: String, resource: String), _ row: (status: Int, wait: String?)) async throws {
        for isPostOnly in [false, true] {
            try await RegistryScene.run(.tokens) { scene in
                let tokens = try #require(scene.tokens)
                let fields = HTTPHeaders(row.wait.map { [("Retry-After", $0)] } ?? [])
                if isPostOnly { tokens.server.set(.html(405), for: "GET", "/token") }
                tokens.server.set(.error(row.status, "A", "later", headers: fields), for: isPostOnly ? "POST" : "GET", "/token")
                let body = request.method == "PUT" ? Sample.manifest : nil
                let response = try await scene.fixture.send(request.method, request.resource, body: body)
                #expect(response.status == 502 && response["Retry-After"] == row.wait, "\(response.status) \(response.fields)")
                #expect(tokens.server.requests.count == (isPostOnly ? 2 : 1))
                #expect(scene.fixture.upstreamErrors == ["failed": 1])
            }
        }
    }
}
