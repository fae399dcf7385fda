import Naming
import Testing

@testable import RegistryClient

@Suite("URLs that registries name")
struct RegistryURLTests {
    private static func base(_ text: String = "https://registry.example:5000/v2/a/blobs/uploads/1?x=y") throws -> RegistryURL {
        try RegistryURL(resolving: text)
    }

    /// https://www.rfc-editor.org/rfc/rfc3986#section-5.4, with the components that http has.
    @Test(
        "References are resolved according to RFC 3986",
        arguments: [
            ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"), ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q"), ("g#s", "http://a/b/c/g"),
            ("g?y#s", "http://a/b/c/g?y"), (";x", "http://a/b/c/;x"), ("g;x", "http://a/b/c/g;x"), ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"), ("./", "http://a/b/c/"), ("..", "http://a/b/"), ("../", "http://a/b/"), ("../g", "http://a/b/g"),
            ("../..", "http://a/"), ("../../", "http://a/"), ("../../g", "http://a/g"), ("../../../g", "http://a/g"),
            ("../../../../g", "http://a/g"), ("/./g", "http://a/g"), ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."),
            (".g", "http://a/b/c/.g"), ("g..", "http://a/b/c/g.."), ("..g", "http://a/b/c/..g"), ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"), ("g/./h", "http://a/b/c/g/h"), ("g/../h", "http://a/b/c/h"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
            ("g;x=1/../y", "http://a/b/c/y"), ("g?y/./x", "http://a/b/c/g?y/./x"), ("g?y/../x", "http://a/b/c/g?y/../x"),
        ])
    func examples(_ reference: String, _ resolved: String) throws {
        #expect(try RegistryURL(resolving: reference, against: Self.base("http://a/b/c/d;p?q")).description == resolved)
    }

    @Test(
        "Spellings of one URL are equal",
        arguments: [
            ["https://cdn.example/a", "https://CDN.example:443/a", "HTTPS://cdn.example/a", "https://cdn.example/b/../a"],
            ["http://cdn.example:80/", "http://cdn.example", "http://cdn.example/."],
            ["https://cdn.example:80/a?b", "https://cdn.example:80/a?b#c"],
        ])
    func equal(_ texts: [String]) throws {
        #expect(try Set(texts.map { try RegistryURL(resolving: $0) }).count == 1)
    }

    @Test(
        "Invalid characters of path and query are percent-encoded, and escapes stay as they are",
        arguments: [
            ("/x?sig=a%2Fb|c", "/x?sig=a%2Fb%7Cc"), ("/x?sig=a%2fb^c`d", "/x?sig=a%2fb%5Ec%60d"),
            ("/a%20b{c}?d=%7B{e}", "/a%20b%7Bc%7D?d=%7B%7Be%7D"),
            ("/x?a=%", "/x?a=%25"), ("/x?a=%4", "/x?a=%254"), ("/x?a=%zz%2F", "/x?a=%25zz%2F"),
            ("/x?a[0]=\"<b>\"", "/x?a%5B0%5D=%22%3Cb%3E%22"),
            ("/x?!$&'()*+,;=:@/?-._~", "/x?!$&'()*+,;=:@/?-._~"),
        ])
    func encoded(_ text: String, _ target: String) throws {
        let base = try Self.base()
        #expect(try RegistryURL(resolving: text, against: base).target == target)
        #expect(try RegistryURL(resolvingLocation: text, against: base).target == target)
        #expect(try RegistryURL(resolvingTargetOf: text, against: base).target == target)
    }

    @Test("A space in a Location or a link is percent-encoded, and escapes stay as they are")
    func spaces() throws {
        let base = try Self.base()
        #expect(try RegistryURL(resolvingLocation: "/x?a=b c%2F|é", against: base).target == "/x?a=b%20c%2F%7C%C3%A9")
        #expect(try RegistryURL(resolvingTargetOf: "/x?a=b c%2F|é", against: base).target == "/x?a=b%20c%2F%7C%C3%A9")
    }

    @Test(
        "An ambiguous text is not a URL",
        arguments: [
            "ftp://cdn.example/", "https:///a", "https:a", "https:/a", "https://user@cdn.example/", "https://user:word@cdn.example/",
            "https://cdn.example\\@evil.example/", "\\\\evil.example", "/\\evil.example/", "https://[::1]/a", "https://0x7f.1/a",
            "https://2130706433/a", "https://127.1/a", "https://cdn%2eexample/a", "https://cdn.example:0/a", "https://cdn.example:99999/a",
            "https://cdn.example:443:443/a", "https://docker.io/a", "https://index.docker.io/a", "https://cdn.example/a b",
            "https://cdn.example/é", "/a\r\nHost: b", "https://cdn..example/a", "https://-cdn.example/a", " /v2/a", "javascript:0",
            "127.0.0.1:5000/v2/a", "localhost:5000/v2/a", "file:///etc/passwd", "/" + String(repeating: "a", count: 8192),
        ])
    func none(_ text: String) throws {
        let base = try Self.base()
        #expect(throws: RegistryURLError.self) { try RegistryURL(resolving: text, against: base) }
    }

    @Test("A relative reference needs a base", arguments: ["", "/a", "a", "//cdn.example/a", "?a"])
    func relative(_ text: String) {
        #expect(throws: RegistryURLError.self) { try RegistryURL(resolving: text) }
    }

    @Test("Docker Hub's own host is the registry docker.io")
    func dockerHub() throws {
        #expect(try RegistryURL(resolving: "https://registry-1.docker.io/v2/a").authority == .dockerHub)
        let hub = RegistryEndpoint(authority: .dockerHub, isTLS: true)
        #expect(hub.isOrigin(of: try RegistryURL(resolving: "https://registry-1.docker.io:443/v2/a")))
    }

    @Test(
        "Scheme, host and port make an origin, with or without the default port",
        arguments: [
            ("registry.example", "https://registry.example/", true), ("registry.example", "https://registry.example:443/", true),
            ("registry.example:443", "https://registry.example/", true), ("registry.example:443", "https://REGISTRY.example:443/a", true),
            ("registry.example:5000", "https://registry.example:5000/", true), ("registry.example", "http://registry.example/", false),
            ("registry.example", "http://registry.example:443/", false), ("registry.example:5000", "https://registry.example/", false),
            ("registry.example:5000", "https://registry.example:50001/", false), ("registry.example", "https://a.registry.example/", false),
            ("registry.example", "https://registry.example.evil.example/", false),
        ])
    func origin(_ authority: String, _ url: String, _ isOrigin: Bool) throws {
        let endpoint = RegistryEndpoint(authority: try RegistryAuthority(parsing: authority), isTLS: true)
        #expect(endpoint.isOrigin(of: try RegistryURL(resolving: url)) == isOrigin)
    }

    @Test(
        "A location consists of path and query",
        arguments: [
            ("/a", "/a?digest=b"), ("/a?c=d", "/a?c=d&digest=b"), ("/a?", "/a?&digest=b"),
            ("/v2/a?_state=a%2Fb&x=//y", "/v2/a?_state=a%2Fb&x=//y&digest=b"),
        ])
    func location(_ text: String, _ longer: String) throws {
        #expect(try #require(UpstreamLocation(stored: text)).adding(query: "digest=b").text == longer)
    }

    @Test("Other texts are not locations", arguments: ["", "a", "//evil.example/a", "https://a.example/", "/a b", "/../a", "/a#b", "/\\a"])
    func noLocation(_ text: String) {
        #expect(UpstreamLocation(stored: text) == nil)
    }
}
