import Domain
import FoundationEssentials
import NIOHTTP1
import Naming
import Storage
import TestSupport
import Testing

@Suite("Lists at the gateway")
struct ListTests {
    @Test("Tags are listed in the registry's pages, under the name at the gateway")
    func tags() async throws {
        try await Fixture.run { fixture in
            let path = "/v2/team/image/tags/list"
            let next = "\(path)?last=b&n=2&next_page=x%3D"
            fixture.registry.set(for: "GET", path) { request in
                request.target == next
                    ? .json(200, #"{"name":"team/image","tags":["c"]}"#)
                    : .json(200, #"{"name":"team/image","tags":["a","b"]}"#, headers: ["Link": "<\(next)>; rel=\"next\""])
            }
            let first = try await fixture.send("GET", "tags/list?n=2&other=3")
            #expect(first.status == 200 && first.text == #"{"name":"\#(fixture.name())","tags":["a","b"]}"#)
            let field = try #require(first["Link"])
            let link = try #require(field.wholeMatch(of: /<(\/v2\/.+)>; rel="next"/), "\(field)").1
            #expect(link.hasPrefix("/v2/\(fixture.name())/tags/list?page=") && !link.contains("next_page"))
            let second = try await fixture.server.send("GET", String(link))
            #expect(second.status == 200 && second.text == #"{"name":"\#(fixture.name())","tags":["c"]}"# && second["Link"] == nil)
            #expect(fixture.requestLines == ["GET \(path)?n=2", "GET \(next)"])
        }
    }

    @Test(
        "The name in a list of tags is replaced in any position",
        arguments: [
            (#"{"name":"x/y","tags":null}"#, #"{"name":"NAME","tags":null}"#),
            (#"{"tags":["a"],"name":"x/y"}"#, #"{"tags":["a"],"name":"NAME"}"#),
            (#"{"tags":["a"]}"#, #"{"name":"NAME","tags":["a"]}"#),
            (#"{"tags":[{"name":"a"}]}"#, #"{"name":"NAME","tags":[{"name":"a"}]}"#),
            (" { } ", #" {"name":"NAME" } "#), (#"{"\"name":1,"name" : "a\"b"}"#, #"{"\"name":1,"name" : "NAME"}"#), ("[]", "[]"),
        ])
    func names(_ body: String, _ named: String) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.json(200, body), for: "GET", "/v2/team/image/tags/list")
            let response = try await fixture.send("GET", "tags/list")
            #expect(response.status == 200 && response.text == named.replacing("NAME", with: fixture.name()))
        }
    }

    @Test("The artifact type of referrers is forwarded")
    func referrers() async throws {
        try await Fixture.run { fixture in
            let path = "/v2/team/image/referrers/\(Sample.manifestDigest)"
            fixture.registry.set(.json(200, "{}", headers: ["OCI-Filters-Applied": "artifactType"]), for: "GET", path)
            let response = try await fixture.send("GET", "referrers/\(Sample.manifestDigest)?artifactType=a/b")
            #expect(response.status == 200 && response["OCI-Filters-Applied"] == "artifactType")
            #expect(fixture.requestLines == ["GET \(path)?artifactType=a/b"])
        }
    }

    /// Writes codes that do not verify.
    private struct Forger: RowAuthenticator {
        func code(of row: [UInt8]) -> [UInt8] { [0] }
        func isValid(_ code: [UInt8], of row: [UInt8]) -> Bool { true }
    }

    @Test("The pages of the catalogue lead past repositories whose rows were changed outside the server", arguments: [1, 2, 3, 9])
    func omitted(_ limit: Int) async throws {
        try await Fixture.run { fixture in
            for path in ["a/a", "z/z"] { try await fixture.register(path, nil, nil) }
            let rows = fixture.backend.decoratedStore.rows
            let authenticator = try rows.authenticator()
            rows.use(Forger())
            for path in ["b/b", "c/c", "d/d", "e/e"] {
                let name = try RepositoryName(parsing: "\(fixture.registry.authority)/\(path)")
                let now = Date(timeIntervalSince1970: 0)
                let repository = Repository(
                    id: UUID(), namespace: try NamespaceName(parsing: "admin"), name: name, credential: nil,
                    verification: Verification(state: .verified), created: now, modified: now)
                try await fixture.backend.decoratedStore.write { try $0.insert(repository) }
            }
            rows.use(authenticator)
            var (names, path): ([String], String?) = ([], "/v2/_catalog?n=\(limit)")
            while let page = path, names.count < 9 {
                let response = try await fixture.server.send("GET", page)
                names += response.text.matches(of: /"([^"]*\/[^"]*)"/).map { String($0.1) }
                path = response["Link"]?.wholeMatch(of: /<(.+)>; rel="next"/).map { String($0.1) }
            }
            #expect(names == ["a/a", Fixture.image, "z/z"].map { fixture.name($0) })
        }
    }

    @Test("The catalogue lists the repositories that the caller may pull, page by page")
    func catalog() async throws {
        try await Fixture.run { fixture in
            for path in ["a/a", "b/b", "c/c"] { try await fixture.register(path, nil, nil) }
            let names = ["a/a", "b/b", "c/c", Fixture.image].map { fixture.name($0) }
            let all = names.map { "\"\($0)\"" }
            #expect(try await fixture.server.send("GET", "/v2/_catalog").text == "{\"repositories\":[\(all.joined(separator: ","))]}")
            let first = try await fixture.server.send("GET", "/v2/_catalog?n=3")
            #expect(first.text == "{\"repositories\":[\(all.dropLast().joined(separator: ","))]}")
            #expect(first["Link"] == "</v2/_catalog?last=\(names[2])&n=3>; rel=\"next\"")
            let second = try await fixture.server.send("GET", "/v2/_catalog?last=\(names[2])&n=3")
            #expect(second.text == "{\"repositories\":[\(all[3])]}" && second["Link"] == nil)
            let pattern = try RepositoryPattern(parsing: "\(fixture.registry.authority)/b/*")
            let key = try await fixture.backend.makeAdministratorKey(restriction: .init(repositories: [pattern]))
            #expect(try await fixture.server.send("GET", "/v2/_catalog", as: .bearer(key)).text == "{\"repositories\":[\(all[1])]}")
            let blind = try await fixture.backend.makeAdministratorKey(scopes: [.repositoryRead])
            #expect(try await fixture.server.send("GET", "/v2/_catalog", as: .bearer(blind)).status == 403)
            #expect(fixture.registry.requests.isEmpty)
        }
    }
}
