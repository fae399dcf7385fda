import Domain
import Naming
import Operations
import Storage
import TestSupport
import Testing

@Suite("The limit of organizations per account") struct OrganizationLimitTests {
    @Test("The limit counts removed organizations, and does not apply to server administrators") func limit() async throws {
        let backend = try await TestBackend()
        let (carol, bob) = (try await backend.makeAccount("carol"), try await backend.makeAccount("bob"))
        for number in 0..<10 { try await backend.createOrganization("carol-\(number)", by: carol) }
        try await backend.removeOrganization("carol-0", by: carol)
        let before = try RawDatabase(backend).everything()
        let fault = await expectFault(403) { try await backend.createOrganization("one-more", by: carol) }
        #expect(
            fault?.message.contains("has created 10 organizations") == true && fault?.message.contains("ask a server administrator") == true
        )
        #expect(try RawDatabase(backend).everything() == before)
        try await backend.createOrganization("bobs", by: bob)
        for number in 0..<12 { try await backend.createOrganization("admin-\(number)") }
    }

    @Test("At the limit, all names get the same response") func names() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        for number in 0..<10 { try await backend.createOrganization("carol-\(number)", by: carol) }
        var messages: Set<String> = []
        for name in ["admin", "carol-3", "registry", "free"] {
            messages.insert(await expectFault(403) { try await backend.createOrganization(name, by: carol) }?.message ?? "none")
        }
        #expect(messages.count == 1)
    }

    @Test("Organizations created by others do not count") func handedOver() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        for number in 0..<10 {
            try await backend.createOrganization("admin-\(number)")
            try await backend.setMember("carol", of: "admin-\(number)", to: .admin)
        }
        try await backend.createOrganization("carols", by: carol)
    }

    @Test("Reserved, former and existing names take the same statements", arguments: [false, true]) func sameWork(
        _ isUser: Bool
    ) async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        try await backend.createOrganization("acme")
        try await backend.createOrganization("gone")
        try await backend.removeOrganization("gone")
        for name in ["acme", "gone", "admin", "repository"] {
            _ = store.takeCount()
            await expectFault(409) {
                if isUser { _ = try await backend.createUser(name) } else { _ = try await backend.createOrganization(name) }
            }
            #expect(store.takeCount() == SlowStore.Count(reads: 1, writes: 1), "\(name)")
        }
    }
}
