import Domain
import FoundationEssentials
import Naming
import Operations
import TestSupport
import Testing

@Suite("Listing the actions of a namespace")
struct ActionListingTests {
    @Test("Actions are listed newest first, even with equal dates, without those of other namespaces")
    func listed() async throws {
        let (backend, others) = try await deployment()
        #expect(try await backend.actions().map(\.kind) == [.repositoryDelete, .repositoryUpdate, .repositoryCreate])
        #expect(try await backend.actions(by: others).map(\.kind) == [.repositoryCreate])
    }

    @Test(
        "A page is a part of the list and has the total",
        arguments: [(1, 0), (2, 1), (2, 2), (1000, 0), (2, 3), (1, 99)])
    func pages(limit: Int, offset: Int) async throws {
        let (backend, _) = try await deployment()
        let page = try #require(Page(limit: limit, offset: offset))
        let listing = try await backend.backend.listActions(in: nil, where: ActionFilter(), page: page, by: backend.caller())
        #expect(listing.items == (try await Array(backend.actions().dropFirst(offset).prefix(limit))))
        #expect(listing.total == 3)
    }

    @Test("An action is found by its identifier only in its own namespace")
    func inspected() async throws {
        let (backend, others) = try await deployment()
        let action = try #require(try await backend.actions().first)
        #expect(try await backend.backend.inspectAction(action.id, in: nil, by: backend.caller()) == action)
        await expectFault(404) { try await backend.backend.inspectAction(action.id, in: nil, by: backend.caller(others)) }
        await expectFault(404) { try await backend.backend.inspectAction(UUID(), in: nil, by: backend.caller()) }
    }

    @Test("Another namespace is not found, and a key without the scope is forbidden")
    func rights() async throws {
        let (backend, others) = try await deployment()
        let admin = try NamespaceName(parsing: "admin")
        let action = try #require(try await backend.actions().first)
        await expectFault(404) {
            try await backend.backend.listActions(in: admin, where: ActionFilter(), page: .everything(), by: backend.caller(others))
        }
        await expectFault(404) { try await backend.backend.inspectAction(action.id, in: admin, by: backend.caller(others)) }
        let key = try await backend.makeAccount("writer", scopes: [.repositoryRead, .repositoryWrite])
        await expectFault(403) { try await backend.actions(by: key) }
        await expectFault(403) { try await backend.backend.inspectAction(action.id, in: nil, by: backend.caller(key)) }
    }

    private func deployment() async throws -> (TestBackend, others: APIKeySecret) {
        let backend = try await TestBackend()
        let others = try await backend.makeAccount("others")
        try await backend.register("registry.example/team/image", "user", "secret")
        try await backend.register("registry.example/team/image", by: others)
        try await backend.update("registry.example/team/image", nil, "fresh")
        try await backend.remove("registry.example/team/image")
        return (backend, others)
    }
}
