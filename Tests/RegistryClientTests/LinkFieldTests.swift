import Testing

@testable import RegistryClient

@Suite("Link fields of registries")
struct LinkFieldTests {
    @Test(
        "The link to the next page is found in every form of RFC 8288",
        arguments: [
            [#"</v2/a?last=b>; rel="next""#], [#"</v2/a?last=b>; rel=next"#], [#"</v2/a?last=b>;REL="NEXT""#],
            [#"</v2/a?last=b> ; rel = "prev next""#], [#"<first>; rel="first", </v2/a?last=b>; rel="next""#],
            [#"<first>; rel="first""#, #"</v2/a?last=b>; rel="next""#], [#"</v2/a?last=b>; title="a, b; rel=prev"; rel="next""#],
            [#", ,</v2/a?last=b>; title="a\"b"; rel=next, <c>; rel=last"#], [#"</v2/a?last=b>; anchor; rel="next"; rel="prev""#],
        ])
    func next(_ fields: [String]) {
        #expect(LinkField.parse(fields).links.first { $0.relations.contains("next") }?.target == "/v2/a?last=b")
    }

    @Test(
        "Other fields name no next page",
        arguments: [
            "", "next", #"</v2/a>; rel="prev""#, "</v2/a>", #"</v2/a>; rel="prev"; rel="next""#, #"</v2/a; rel="next""#,
            #"</v2/a>; title="rel=next""#, #"</v2/a>; rel="nextpage""#, #"/v2/a; rel="next""#,
        ])
    func none(_ field: String) {
        #expect(!LinkField.parse([field]).links.contains { $0.relations.contains("next") })
    }
}

@Suite("Malformed Link fields")
struct MalformedLinkTests {
    @Test(
        "A field that cannot be parsed, and a link without a relation, are incomplete",
        arguments: [
            "next", "</v2/a>", #"</v2/a; rel="next""#, #"/v2/a; rel="next""#, "</v2/a>; rel=", #"</v2/a>; rel="""#,
            #"<a>; rel="first", b; rel="next""#, #"<a>; rel="first"; <b>; rel="next""#, #"<a>; title="x"#,
            #"<a>; rel="first"; title="b, <c>; rel=next"#, #"<a>; rel="first"; "b""#,
        ])
    func incomplete(_ field: String) {
        #expect(!LinkField.parse([#"<first>; rel="first""#, field]).isComplete)
    }

    @Test(
        "Fields without a next page are complete",
        arguments: ["", " ", ", ,", #"</v2/a>; rel="prev""#, #"</v2/a>; rel="prev"; title="next", <b>; rel=last "#, #"<a>; rel="prev";"#])
    func complete(_ field: String) {
        #expect(LinkField.parse([field]).isComplete)
    }
}

@Suite("Targets of links")
struct LinkTargetTests {
    private static let base = "https://registry.example/v2/team/image/tags/list?n=1"

    @Test(
        "Path and query of a link are used, its host is ignored, and invalid characters are encoded",
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
