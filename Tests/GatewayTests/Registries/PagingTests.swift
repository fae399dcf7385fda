import Foundation
import NIOHTTP1
import TestSupport
import Testing

/// https://www.rfc-editor.org/rfc/rfc8288#section-3
@Suite("Pages of lists")
struct PagingTests {
    /// The form of a registry's link to the next page. `PATH` is replaced with the path of the list, `LAST` with its last component,
    /// `AUTHORITY` with the registry's authority, and `QUERY` with the query of the next page.
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fields: [String]
        /// Computed from the number of the page.
        let query: @Sendable (Int) -> String

        init(_ testDescription: String, _ fields: String..., query: @escaping @Sendable (Int) -> String = { "nextToken=t%2F\($0)" }) {
            self.testDescription = testDescription
            self.fields = fields
            self.query = query
        }
    }

    private static let forms = [
        Form("nextToken", #"<PATH?QUERY>; rel="next""#), Form("last and n", #"<PATH?QUERY>; rel="next""#) { "last=v\($0)&n=1" },
        Form("n and last", #"<PATH?QUERY>; rel="next""#) { "n=1&last=v\($0)" },
        Form("page_token", #"<PATH?QUERY>; rel="next""#) { "page_token=\($0)" },
        Form("next_page", #"<PATH?QUERY>; rel="next""#) { "n=1&last=&next_page=a%3D%3D\($0)" },
        Form("a parameter without a value", #"<PATH?QUERY>; rel="next""#) { "page\($0)" },
        Form("a repeated parameter", #"<PATH?QUERY>; rel="next""#) { "page=\($0)&page=x" },
        Form("a comma and a semicolon in the query", #"<PATH?QUERY>; rel="next""#) { "page=\($0),2;3" },
        Form("relative to the list", #"<?QUERY>; rel="next""#), Form("relative to the folder", #"<./LAST?QUERY>; rel="next""#),
        Form("absolute", #"<http://AUTHORITYPATH?QUERY>; rel="next""#), Form("without a scheme", #"<//AUTHORITYPATH?QUERY>; rel="next""#),
        Form("of another scheme", #"<https://AUTHORITYPATH?QUERY>; rel="next""#),
        Form("of an internal host", #"<http://registry.internal:5000PATH?QUERY>; rel="next""#),
        Form("of a host in upper case", #"<HTTPS://REGISTRY.INTERNALPATH?QUERY>; rel="next""#),
        Form("of a host that is none", #"<https://registry_internal:PATH?QUERY>; rel="next""#),
        Form("of an empty host", #"<http://PATH?QUERY>; rel="next""#),
        Form("with a user name", #"<http://user@AUTHORITYPATH?QUERY>; rel="next""#),
        Form("of another protocol", #"<ftp://AUTHORITYPATH?QUERY>; rel="next""#),
        Form("of Docker Hub", #"<https://docker.ioPATH?QUERY>; rel="next""#),
        Form("with two slashes", #"<http://AUTHORITY/PATH?QUERY>; rel="next""#),
        Form("several fields", #"<PATH?page=0>; rel="prev""#, #"<PATH?QUERY>; rel="next""#),
        Form("several fields, the next page first", #"<PATH?QUERY>; rel="next""#, #"<PATH?page=0>; rel="first""#),
        Form("several links in one field", #"<PATH?page=0>; rel="prev", <PATH?QUERY>; rel="next", <PATH?page=9>; rel="last""#),
        Form("without quotes", "<PATH?QUERY>; rel=next"), Form("without blanks", "<PATH?QUERY>;rel=next"),
        Form("with more blanks", #"<PATH?QUERY> ;  rel = "next" "#), Form("in upper case", #"<PATH?QUERY>; REL="next""#),
        Form("a relation in upper case", #"<PATH?QUERY>; rel="NEXT""#), Form("several relations", #"<PATH?QUERY>; rel="prev next""#),
        Form("another parameter before", #"<PATH?QUERY>; title="a, <b>; rel=\"prev\""; rel="next""#),
        Form("another parameter behind", #"<PATH?QUERY>; rel="next"; title=b"#),
        Form("an empty link before", #", <PATH?QUERY>; rel="next""#),
    ]

    private static let lists = ["tags/list", "referrers/\(Sample.manifestDigest)"]

    private static func body(_ resource: String, _ page: Int) -> String {
        resource == "tags/list"
            ? #"{"name":"team/image","tags":["v\#(page)"]}"#
            : #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"digest":"v\#(page)"}]}"#
    }

    /// Serves three pages, each with a link to the next.
    private static func serve(_ resource: String, _ form: Form, at registry: FaultyRegistry, _ scene: RegistryScene) {
        let path = "/v2/team/image/\(resource)"
        let authority = registry.authority
        scene.respond("GET", path) { request in
            guard let page = (1...3).first(where: { $0 == 1 ? !isPage(request.query, form) : request.query == form.query($0) }) else {
                return .error(400, "PAGINATION_NUMBER_INVALID", "no such page: \(request.query)")
            }
            let links = form.fields.map { field in
                let text = field.replacing("AUTHORITY", with: authority).replacing("PATH", with: path)
                    .replacing("LAST", with: path.split(separator: "/").last ?? "")
                return ("Link", text.replacing("QUERY", with: form.query(page + 1)))
            }
            return .json(200, body(resource, page), headers: HTTPHeaders(page < 3 ? links : []))
        }
    }

    private static func isPage(_ query: String, _ form: Form) -> Bool { (2...3).contains { query == form.query($0) } }

    /// The target of a link in the form that every client parses.
    private static func next(_ response: RawResponse) throws -> String? {
        guard let link = response["Link"] else {
            #expect(!response.fields.contains { $0.name.lowercased() == "link" })
            return nil
        }
        let match = try #require(link.wholeMatch(of: /<(\/v2\/[!-;=?-~]+)>; rel="next"/), "\(link)")
        return String(match.1)
    }

    private static func follow(_ target: String, _ fixture: Fixture) async throws -> [String] {
        var (names, next): ([String], String?) = ([], target)
        for _ in 0..<10 {
            guard let target = next else { break }
            let response = try await fixture.server.send("GET", target)
            #expect(response.status == 200, "\(target): \(response.text)")
            names += response.text.matches(of: /"(v[0-9])"/).map { String($0.1) }
            next = try Self.next(response)
            if let next { #expect(next.hasPrefix("\(target.prefix { $0 != "?" })?"), "\(next)") }
        }
        #expect(next == nil)
        return names
    }

    @Test("A client that follows the links lists all entries, for any form of the registry's links", arguments: forms, lists)
    func all(_ form: Form, _ resource: String) async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            Self.serve(resource, form, at: scene.registry, scene)
            #expect(try await Self.follow("/v2/\(scene.fixture.name())/\(resource)", scene.fixture) == ["v1", "v2", "v3"])
            #expect(
                scene.fixture.requestLines.suffix(2).map { String($0.drop { $0 != "?" }) } == ["?\(form.query(2))", "?\(form.query(3))"])
        }
    }

    @Test("Each page is authenticated", arguments: lists)
    func tokens(_ resource: String) async throws {
        try await RegistryScene.run(.tokens) { scene in
            Self.serve(resource, Self.forms[0], at: scene.registry, scene)
            let target = "/v2/\(scene.fixture.name())/\(resource)"
            #expect(try await Self.follow(target, scene.fixture) == ["v1", "v2", "v3"])
            let link = try #require(try Self.next(try await scene.fixture.server.send("GET", target)))
            #expect(try await scene.fixture.server.send("GET", link, as: .nobody).status == 401)
        }
    }

    @Test("The registry receives the page size of the client", arguments: ["n=1", "n=2&last=v0", "last=v0"])
    func size(_ query: String) async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            Self.serve("tags/list", Self.forms[0], at: scene.registry, scene)
            #expect(try await Self.follow("/v2/\(scene.fixture.name())/tags/list?\(query)", scene.fixture) == ["v1", "v2", "v3"])
            #expect(
                Set(scene.fixture.requestLines[0].drop { $0 != "?" }.dropFirst().split(separator: "&")) == Set(query.split(separator: "&")))
        }
    }

    @Test(
        "A link of another relation names no next page",
        arguments: [
            #"<PATH?a=b>; rel="prev""#, #"<PATH?a=b>; rel="nextpage""#, #"<PATH?a=b>; rel="x-next""#,
            "",
        ])
    func otherRelation(_ link: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            let path = "/v2/team/image/tags/list"
            let headers: HTTPHeaders = ["Link": link.replacing("PATH", with: path)]
            scene.respond("GET", path) { _ in .json(200, Self.body("tags/list", 1), headers: headers) }
            let response = try await scene.fixture.send("GET", "tags/list")
            #expect(response.status == 200 && response["Link"] == nil, "\(response.fields)")
        }
    }

    @Test(
        "A list whose Link cannot be parsed, or has no relation, is an error, because it may have further pages",
        arguments: [
            #"<PATH?a=b; rel="next""#, #"PATH?a=b; rel="next""#, "<PATH?a=b>", "<PATH?a=b>; rel=", #"<PATH?a=b>; rev="next""#,
            #"<PATH?a=b>; title="rel=next""#, #"<PATH?a=b>; rel="prev", PATH?c=d; rel="next""#,
        ], lists)
    func malformedLink(_ link: String, _ resource: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            let path = "/v2/team/image/\(resource)"
            let headers: HTTPHeaders = ["Link": link.replacing("PATH", with: path)]
            scene.respond("GET", path) { _ in .json(200, Self.body(resource, 1), headers: headers) }
            let response = try await scene.fixture.send("GET", resource)
            #expect(response.status == 502 && response.text.contains("next page"), "\(response.status) \(response.text)")
        }
    }

    @Test("A modified link, or a link of another list, is refused without a request to the registry", arguments: lists)
    func forged(_ resource: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            let fixture = scene.fixture
            try await fixture.register("team/other", Canary.username, Canary.password)
            Self.serve(resource, Self.forms[0], at: scene.registry, scene)
            let link = try #require(try Self.next(try await fixture.send("GET", resource)))
            let count = scene.registry.requests.count
            let other = resource == "tags/list" ? "referrers/\(Sample.manifestDigest)" : "tags/list"
            let changed =
                Self.changes(of: link) + [
                    link.replacing(fixture.name(), with: fixture.name("team/other")), link.replacing(resource, with: other),
                ]
            for target in changed {
                let response = try await fixture.server.send("GET", target)
                #expect([400, 404].contains(response.status) && response.code != nil, "\(target): \(response.status)")
            }
            #expect(scene.registry.requests.count == count)
        }
    }

    /// The link with one character of its longest parameter replaced, removed or doubled, at several positions.
    private static func changes(of link: String) -> [String] {
        let parameters = link.drop { $0 != "?" }.dropFirst().split(separator: "&")
        guard let longest = parameters.map({ $0.drop { $0 != "=" }.dropFirst() }).max(by: { $0.count < $1.count }) else { return [] }
        let characters = Array(longest)
        return [0, characters.count / 3, characters.count / 2].flatMap { place in
            let (before, after) = (characters[..<place], characters[(place + 1)...])
            let other: Character = characters[place] == "A" ? "B" : "A"
            return [before + [other] + after, before + after, before + [characters[place], characters[place]] + after].map {
                link.replacing(longest, with: String($0))
            }
        }
    }
}
