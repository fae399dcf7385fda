import Testing

@testable import RegistryClient

@Suite("Link fields")
struct LinkFieldTests {
    @Test(
        "The next page is found in every form that RFC 8288 allows",
        arguments: [
            [#"</v2/a?last=b>; rel="next""#], [#"</v2/a?last=b>; rel=next"#], [#"</v2/a?last=b>;REL="NEXT""#],
            [#"</v2/a?last=b> ; rel = "prev next""#], [#"<first>; rel="first", </v2/a?last=b>; rel="next""#],
            [#"<first>; rel="first""#, #"</v2/a?last=b>; rel="next""#], [#"</v2/a?last=b>; title="a, b; rel=prev"; rel="next""#],
            [#", ,</v2/a?last=b>; title="a\"b"; rel=next, <c>; rel=last"#], [#"</v2/a?last=b>; anchor; rel="next"; rel="prev""#],
        ])
    func next(_ fields: [String]) {
        #expect(LinkField.parse(fields).first { $0.relations.contains("next") }?.target == "/v2/a?last=b")
    }

    @Test(
        "Any other field names no next page",
        arguments: [
            "", "next", #"</v2/a>; rel="prev""#, "</v2/a>", #"</v2/a>; rel="prev"; rel="next""#, #"</v2/a; rel="next""#,
            #"</v2/a>; title="rel=next""#, #"</v2/a>; rel="nextpage""#, #"/v2/a; rel="next""#,
        ])
    func none(_ field: String) {
        #expect(!LinkField.parse([field]).contains { $0.relations.contains("next") })
    }
}
