import Testing

@testable import RegistryClient

@Suite("Targets of links")
struct LinkTargetTests {
    private static let base = "https://registry.example/v2/team/image/tags/list?n=1"

    @Test(
        "Path and query count, whatever host the link names, and characters that no URL contains are encoded",
        arguments: [
            ("/v2/a/tags/list?last=1", "/v2/a/tags/list?last=1"), ("?last=v 1", "/v2/team/image/tags/list?last=v%201"),
            ("?last=ü", "/v2/team/image/tags/list?last=%C3%BC"), (#"?last=a\b"#, "/v2/team/image/tags/list?last=a%5Cb"),
            ("?last=%20", "/v2/team/image/tags/list?last=%20"), ("list?last=a\tb", "/v2/team/image/tags/list?last=a%09b"),
            ("https://other.example/x?y", "/x?y"), ("//other.example/x?y", "/x?y"), ("http:///x?y", "/x?y"), ("http://a:b:c/x?y", "/x?y"),
            ("https://user:password@other.example/x?y", "/x?y"), ("gopher://other.example/x", "/x"), ("//a//b/../c", "/c"),
            ("https://other.example//evil.example/x", "/evil.example/x"), ("/../../x", "/x"), ("//", "/v2/team/image/tags/list?n=1"),
            ("?next=https://other.example/x", "/v2/team/image/tags/list?next=https://other.example/x"),
        ])
    func targets(_ link: String, _ target: String) throws {
        let base = try RegistryURL(resolving: Self.base)
        let url = try RegistryURL(resolvingTargetOf: link, against: base)
        #expect(url.target == target && url.authority == base.authority && url.isTLS)
        #expect(UpstreamLocation(stored: UpstreamLocation(url).text) == UpstreamLocation(url))
    }

    @Test("A link that is too long is refused")
    func tooLong() throws {
        let base = try RegistryURL(resolving: Self.base)
        #expect(throws: RegistryURLError.self) {
            try RegistryURL(resolvingTargetOf: "?" + String(repeating: "a", count: RegistryURL.maximumLength), against: base)
        }
    }
}
