import DockerCloud
import FakeCloud
import Testing

@Suite struct ListingTests {
    @Test("A list follows the server's next paths to the last page")
    func pages() async throws {
        try await FakeCloud.run { request in
            request.target.contains("offset")
                ? .page([Body.repository("b.example/two")])
                : .page([Body.repository("a.example/one")], next: "/api/repo/v1/alice/repository/?limit=1&offset=1")
        } _: { cloud in
            var names: [String] = []
            for try await repository in try cloud.client().repositories.list(pageSize: 1) { names.append(repository.name) }
            #expect(names == ["a.example/one", "b.example/two"])
            #expect(
                cloud.lines == [
                    "GET /api/repo/v1/repository/?limit=1", "GET /api/repo/v1/alice/repository/?limit=1&offset=1",
                ])
            #expect(cloud.requests.allSatisfy { $0.headers["authorization"] == "Basic YWxpY2U6bG1fa2V5" })
        }
    }

    @Test("The total count is that of the latest page, and nil if the server did not count all objects", arguments: ["9", "null"])
    func totalCount(count: String) async throws {
        try await FakeCloud.run { _ in
            .ok(
                #"{"meta": {"limit": 25, "next": null, "offset": 0, "previous": null, "total_count": \#(count)}, "objects": ["#
                    + Body.repository() + "]}")
        } _: { cloud in
            var iterator = try cloud.client().repositories.list().makeAsyncIterator()
            #expect(iterator.totalCount == nil)
            _ = try await iterator.next()
            #expect(iterator.totalCount == Int(count))
        }
    }

    @Test("The next page of a list is fetched only when it is needed")
    func lazily() async throws {
        try await FakeCloud.run { _ in
            .page([Body.repository()], next: "/api/repo/v1/repository/?offset=1")
        } _: { cloud in
            for try await _ in try cloud.client().repositories.list() { break }
            #expect(cloud.lines == ["GET /api/repo/v1/repository/"])
        }
    }

    @Test("The values of filters are percent-encoded")
    func query() async throws {
        try await FakeCloud.run { _ in
            .page([])
        } _: { cloud in
            let listing = try cloud.client(namespace: "team").repositories.list(
                name: "a/b&c=d é", registry: "registry.local:5000", inUse: false, nameStartsWith: "x+", nameContains: "~", pageSize: 7)
            for try await _ in listing {}
            #expect(
                cloud.lines == [
                    "GET /api/repo/v1/team/repository/?name=a%2Fb%26c%3Dd%20%C3%A9"
                        + "&registry=%2Fapi%2Frepo%2Fv1%2Fteam%2Fregistry%2Fregistry.local%3A5000%2F"
                        + "&in_use=false&name__startswith=x%2B&name__contains=~&limit=7"
                ])
        }
    }

    @Test("The registry filter accepts a resource URI")
    func registryURI() async throws {
        try await FakeCloud.run { _ in
            .page([])
        } _: { cloud in
            for try await _ in try cloud.client().repositories.list(registry: "/api/repo/v1/alice/registry/a.example/") {}
            #expect(cloud.lines == ["GET /api/repo/v1/repository/?registry=%2Fapi%2Frepo%2Fv1%2Falice%2Fregistry%2Fa.example%2F"])
        }
    }

    @Test(
        "A next page outside the API's paths is an error, and is not requested",
        arguments: [
            "https://evil.example/api/repo/v1/repository/", "//evil.example/api/", "@evil.example/api/", "/apix/", "/v2/",
            "/api/ x", "/api/\\\\evil", "/api/#x", "",
        ])
    func otherOrigin(next: String) async throws {
        try await FakeCloud.run { _ in
            .page([Body.repository()], next: next)
        } _: { cloud in
            await #expect(throws: DockerCloudError.self) {
                for try await _ in try cloud.client().repositories.list() {}
            }
            #expect(cloud.requests.count == 1)
        }
    }

    @Test("A next page that was already fetched is an error")
    func circle() async throws {
        try await FakeCloud.run { _ in
            .page([Body.repository()], next: "/api/repo/v1/repository/?offset=1")
        } _: { cloud in
            await #expect(throws: DockerCloudError.self) {
                for try await _ in try cloud.client().repositories.list() {}
            }
            #expect(cloud.requests.count == 2)
        }
    }

    @Test("A list continues after an empty page")
    func emptyPage() async throws {
        try await FakeCloud.run { request in
            request.target.contains("offset") ? .page([Body.repository()]) : .page([], next: "/api/repo/v1/repository/?offset=1")
        } _: { cloud in
            var count = 0
            for try await _ in try cloud.client().repositories.list() { count += 1 }
            #expect(count == 1)
        }
    }

    @Test("The filters of a list of registries are sent")
    func registries() async throws {
        try await FakeCloud.run { _ in
            .page([Body.registry()])
        } _: { cloud in
            let listing = try cloud.client().registries.list(name: "Docker Hub", host: "a.example", isDockerRegistry: true, pageSize: 2)
            var authorities: [String] = []
            for try await registry in listing { authorities.append(registry.authority) }
            #expect(authorities == ["registry.local:5000"])
            #expect(
                cloud.lines == ["GET /api/repo/v1/registry/?name=Docker%20Hub&host=a.example&is_docker_registry=true&limit=2"])
        }
    }
}
