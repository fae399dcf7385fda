import Domain
import NIOHTTP1
import Naming
import TestSupport
import Testing

@Suite("Lists")
struct ListTests {
    @Test("The registry's paging is passed on, and the way to the next page leads through the server")
    func tags() async throws {
        try await House.run { house in
            let next = "/v2/team/image/tags/list?last=b&n=2&next_page=x%3D"
            let body = #"{"name":"team/image","tags":["a","b"]}"#
            house.registry.set(.json(200, body, headers: ["Link": "<\(next)>; rel=\"next\""]), for: "GET", "/v2/team/image/tags/list")
            let response = try await house.send("GET", "tags/list?n=2&other=3")
            #expect(response.status == 200 && response.text == body)
            let link = "/v2/\(house.name())/tags/list?last=b&n=2&next_page=x%3D"
            #expect(response["Link"] == "<\(link)>; rel=\"next\"")
            _ = try await house.server.send("GET", link)
            #expect(house.asked == ["GET /v2/team/image/tags/list?n=2", "GET \(next)"])
        }
    }

    @Test("Referrers are asked for with their type")
    func referrers() async throws {
        try await House.run { house in
            let path = "/v2/team/image/referrers/\(Sample.manifestDigest)"
            house.registry.set(.json(200, "{}", headers: ["OCI-Filters-Applied": "artifactType"]), for: "GET", path)
            let response = try await house.send("GET", "referrers/\(Sample.manifestDigest)?artifactType=a/b")
            #expect(response.status == 200 && response["OCI-Filters-Applied"] == "artifactType")
            #expect(house.asked == ["GET \(path)?artifactType=a/b"])
        }
    }

    @Test("The catalogue has what the caller may pull, page by page")
    func catalog() async throws {
        try await House.run { house in
            for path in ["a/a", "b/b", "c/c"] { try await house.register(path, nil, nil) }
            let names = ["a/a", "b/b", "c/c", House.image].map { house.name($0) }
            let all = names.map { "\"\($0)\"" }
            #expect(try await house.server.send("GET", "/v2/_catalog").text == "{\"repositories\":[\(all.joined(separator: ","))]}")
            let first = try await house.server.send("GET", "/v2/_catalog?n=3")
            #expect(first.text == "{\"repositories\":[\(all.dropLast().joined(separator: ","))]}")
            #expect(first["Link"] == "</v2/_catalog?last=\(names[2])&n=3>; rel=\"next\"")
            let second = try await house.server.send("GET", "/v2/_catalog?last=\(names[2])&n=3")
            #expect(second.text == "{\"repositories\":[\(all[3])]}" && second["Link"] == nil)
            let pattern = try RepositoryPattern(parsing: "\(house.registry.authority)/b/*")
            let key = try await house.backend.makeAdministratorKey(restriction: .init(repositories: [pattern]))
            #expect(try await house.server.send("GET", "/v2/_catalog", as: .bearer(key)).text == "{\"repositories\":[\(all[1])]}")
            let blind = try await house.backend.makeAdministratorKey(scopes: [.repositoryRead])
            #expect(try await house.server.send("GET", "/v2/_catalog", as: .bearer(blind)).status == 403)
            #expect(house.registry.requests.isEmpty)
        }
    }
}
