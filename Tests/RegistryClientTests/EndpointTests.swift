import Naming
import Testing

@testable import RegistryClient

@Suite("Where an upload is")
struct EndpointTests {
    @Test(
        "A location on the registry itself is taken",
        arguments: [
            ("/v2/a/blobs/uploads/1", "http://127.0.0.1:5000/v2/a/blobs/uploads/1"),
            ("/v2/a/blobs/uploads/1?_state=a%2Fb&x=//y", "http://127.0.0.1:5000/v2/a/blobs/uploads/1?_state=a%2Fb&x=//y"),
            ("/", "http://127.0.0.1:5000/"),
            ("/\\evil.example/", "http://127.0.0.1:5000/\\evil.example/"),
            ("http://127.0.0.1:5000/v2/a/blobs/uploads/1", "http://127.0.0.1:5000/v2/a/blobs/uploads/1"),
        ])
    func taken(_ location: String, _ url: String) throws {
        #expect(try Self.endpoint().resolve(location: location) == url)
    }

    @Test(
        "A location anywhere else is not taken",
        arguments: [
            "http://evil.example/v2/a", "http://127.0.0.2:5000/v2/a", "http://127.0.0.1/v2/a", "http://127.0.0.1:5001/v2/a",
            "https://127.0.0.1:5000/v2/a", "//evil.example/v2/a", "//127.0.0.1:5000/v2/a", "///evil.example",
            "http://127.0.0.1:5000@evil.example/",
            "http://user@127.0.0.1:5000/", "http://127.0.0.1:50001/", "http://127.0.0.1:5000.evil.example/", "http://127.0.0.1:5000",
            "http://127.0.0.1:5000?/", "http://127.0.0.1:5000\\@evil.example/", "ftp://127.0.0.1:5000/", "file:///etc/passwd", "uploads/1",
            "",
            "?a", "\\\\evil.example", "\\/evil.example", " /v2/a", "javascript:0",
        ])
    func notTaken(_ location: String) throws {
        #expect(try Self.endpoint().resolve(location: location) == nil)
    }

    @Test("Docker Hub's locations are on its API host")
    func dockerHub() {
        let hub = RegistryEndpoint(authority: .dockerHub, isTLS: true)
        #expect(hub.resolve(location: "/v2/a") == "https://registry-1.docker.io/v2/a")
        #expect(hub.resolve(location: "https://docker.io/v2/a") == nil)
    }

    private static func endpoint() throws -> RegistryEndpoint {
        RegistryEndpoint(authority: try RegistryAuthority(parsing: "127.0.0.1:5000"), isTLS: false)
    }
}
