import Domain
import Naming
import Operations
import TestSupport
import Testing

@Suite("Listing the registries of a namespace")
struct RegistryListingTests {
    @Test("The registries of the namespace's repositories are listed once each, in order, without those of other namespaces")
    func listed() async throws {
        let (backend, others) = try await deployment()
        #expect(try await list(backend) == ["docker.io", "localhost:5000", "one.example", "two.example"])
        #expect(try await list(backend, by: others) == ["three.example", "two.example"])
        try await backend.remove("two.example/team/image")
        #expect(try await list(backend) == ["docker.io", "localhost:5000", "one.example"])
        #expect(try await list(backend, by: others) == ["three.example", "two.example"])
    }

    @Test(
        "A page is a part of the list and has the total",
        arguments: [(1, 0), (2, 1), (2, 3), (1000, 0), (2, 4), (1, 99)])
    func pages(limit: Int, offset: Int) async throws {
        let (backend, _) = try await deployment()
        let page = try #require(Page(limit: limit, offset: offset))
        let listing = try await backend.backend.listRegistries(in: nil, where: RegistryFilter(), page: page, by: backend.caller())
        #expect(listing.items.map(\.authority.description) == (try await Array(list(backend).dropFirst(offset).prefix(limit))))
        #expect(listing.total == 4)
    }

    @Test(
        "The total counts only matching registries",
        arguments: [
            (RegistryFilter(isDockerRegistry: true), ["docker.io"]),
            (RegistryFilter(isDockerRegistry: false), ["localhost:5000", "one.example", "two.example"]),
            (RegistryFilter(name: "Docker Hub"), ["docker.io"]),
            (RegistryFilter(host: "registry-1.docker.io"), ["docker.io"]),
            (RegistryFilter(host: "localhost"), ["localhost:5000"]),
            (RegistryFilter(host: "three.example"), []),
        ])
    func filtered(filter: RegistryFilter, expected: [String]) async throws {
        let (backend, _) = try await deployment()
        let page = try #require(Page(limit: 1))
        let listing = try await backend.backend.listRegistries(in: nil, where: filter, page: page, by: backend.caller())
        #expect(listing.items.map(\.authority.description) == Array(expected.prefix(1)))
        #expect(listing.total == expected.count)
    }

    @Test(
        "A registry is found by its authority, and Docker Hub under each of its names",
        arguments: ["docker.io", "index.docker.io", "One.Example", "localhost:5000"])
    func inspected(authority: String) async throws {
        let (backend, _) = try await deployment()
        let authority = try RegistryAuthority(parsing: authority)
        #expect(try await backend.backend.inspectRegistry(authority, in: nil, by: backend.caller()).authority == authority)
    }

    @Test(
        "A registry that only other namespaces use is not found",
        arguments: ["one.example", "docker.io", "two.example:443", "localhost:5000"])
    func foreign(authority: String) async throws {
        let (backend, others) = try await deployment()
        await expectFault(404) {
            try await backend.backend.inspectRegistry(RegistryAuthority(parsing: authority), in: nil, by: backend.caller(others))
        }
    }

    @Test("Another namespace is not found, and a key without the scope is forbidden")
    func rights() async throws {
        let (backend, _) = try await deployment()
        let others = try NamespaceName(parsing: "others")
        await expectFault(404) {
            try await backend.backend.listRegistries(in: others, where: RegistryFilter(), page: .everything(), by: backend.caller())
        }
        await expectFault(404) {
            try await backend.backend.inspectRegistry(RegistryAuthority(parsing: "two.example"), in: others, by: backend.caller())
        }
        let key = try await backend.makeAccount("writer", scopes: [.repositoryWrite])
        await expectFault(403) { try await list(backend, by: key) }
        await expectFault(403) {
            try await backend.backend.inspectRegistry(RegistryAuthority(parsing: "two.example"), in: nil, by: backend.caller(key))
        }
    }

    private func deployment() async throws -> (TestBackend, others: APIKeySecret) {
        let backend = try await TestBackend()
        let others = try await backend.makeAccount("others")
        for name in ["two.example/team/image", "ubuntu", "one.example/team/image", "one.example/team/other", "localhost:5000/image"] {
            try await backend.register(name)
        }
        for name in ["three.example/team/image", "two.example/team/image"] { try await backend.register(name, by: others) }
        return (backend, others)
    }

    private func list(_ backend: TestBackend, by key: APIKeySecret? = nil) async throws -> [String] {
        let listing = try await backend.backend.listRegistries(
            in: nil, where: RegistryFilter(), page: .everything(), by: backend.caller(key))
        #expect(listing.total == listing.items.count)
        return listing.items.map(\.authority.description)
    }
}
