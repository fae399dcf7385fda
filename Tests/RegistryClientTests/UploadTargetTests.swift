import Naming
import Testing

@testable import RegistryClient

@Suite("Where an upload goes on, and where a redirect leads")
struct UploadTargetTests {
    private static func endpoint() throws -> RegistryEndpoint {
        RegistryEndpoint(authority: try RegistryAuthority(parsing: "registry.example:5000"), isTLS: true)
    }

    @Test(
        "A place on the registry itself is kept, as path and query",
        arguments: [
            ("/v2/a/blobs/uploads/1?_state=a%2Fb&x=//y", "/v2/a/blobs/uploads/1?_state=a%2Fb&x=//y"),
            ("https://registry.example:5000/v2/a?b", "/v2/a?b"),
        ])
    func kept(_ location: String, _ text: String) throws {
        #expect(UploadTarget(location: location, on: try Self.endpoint())?.text == text)
    }

    @Test(
        "A place anywhere else is none",
        arguments: [
            "", "uploads/1", "//evil.example/a", "https://registry.example:5000//evil.example/", "http://registry.example:5000/a",
            "https://registry.example/a", "https://registry.example:50001/a", "https://registry.example:5000",
            "https://registry.example:5000?/",
            "https://registry.example:5000@evil.example/", "https://registry.example:5000.evil.example/a", "https://evil.example/a",
            "/\\evil.example/", "/a b", "/a\r\nHost: b", "/a#b", "/é", "/" + String(repeating: "a", count: 8192),
        ])
    func elsewhere(_ location: String) throws {
        #expect(UploadTarget(location: location, on: try Self.endpoint()) == nil)
    }

    @Test(
        "A parameter is added behind those that are there",
        arguments: [("/a", "/a?digest=b"), ("/a?c=d", "/a?c=d&digest=b"), ("/a?", "/a?&digest=b")])
    func adding(_ text: String, _ longer: String) throws {
        #expect(try #require(UploadTarget(kept: text)).adding(query: "digest=b").text == longer)
    }

    @Test(
        "A redirect is taken apart into where it leads and what is asked for there",
        arguments: [
            ("https://cdn.example/a/b?c=d:e@f", "cdn.example", true, "/a/b?c=d:e@f"),
            ("http://10.0.0.1:9000?x", "10.0.0.1:9000", false, "/?x"),
            ("https://cdn.example", "cdn.example", true, "/"), ("https://CDN.example:443/a", "cdn.example", true, "/a"),
            ("http://cdn.example:80/a", "cdn.example", false, "/a"), ("https://cdn.example:80/a", "cdn.example:80", true, "/a"),
        ])
    func redirect(_ text: String, _ authority: String, _ isTLS: Bool, _ target: String) throws {
        let place = try #require(HTTPLocation.parse(text))
        #expect(place.authority.description == authority && place.isTLS == isTLS && place.target == target)
    }

    @Test(
        "What could lead to two places leads nowhere",
        arguments: [
            "", "/a", "//cdn.example/a", "cdn.example/a", "ftp://cdn.example/", "HTTPS://cdn.example/", "https:///a",
            "https://user@cdn.example/",
            "https://user:word@cdn.example/", "https://cdn.example\\@evil.example/", "https://cdn.example#@evil.example/",
            "https://[::1]/a", "https://0x7f.1/a", "https://2130706433/a", "https://127.1/a", "https://cdn%2eexample/a",
            "https://cdn.example:0/a",
            "https://cdn.example:99999/a", "https://docker.io/a", "https://index.docker.io/a", "https://cdn.example/a b",
            "https://cdn.example/é",
            "https://cdn.example\r\n/a", "https://cdn..example/a", "https://-cdn.example/a",
        ])
    func nowhere(_ text: String) {
        #expect(HTTPLocation.parse(text) == nil)
    }

    @Test("Docker Hub's own host is where it says")
    func dockerHub() throws {
        #expect(try #require(HTTPLocation.parse("https://registry-1.docker.io/v2/a")).authority == .dockerHub)
    }
}
