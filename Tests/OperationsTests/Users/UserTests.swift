import Domain
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Users")
struct UserTests {
    @Test(
        "A new user has the requested name and role and no key, and is recorded in the administrator's trail", arguments: [true, false])
    func created(isAdministrator: Bool) async throws {
        let backend = try await TestBackend()
        let recorded = try await backend.createUser("carol", isAdministrator: isAdministrator)
        #expect(recorded.value.name.description == "carol")
        #expect(recorded.value.isAdministrator == isAdministrator && !recorded.value.isDisabled)
        #expect(recorded.value.created == backend.clock.clock.now())
        #expect(try await backend.store.read { try $0.account(recorded.value.name) } == recorded.value)
        #expect(try await backend.store.read { try $0.apiKeys(of: recorded.value.id, after: nil, page: .everything()).total } == 0)
        let action = try #require(recorded.action)
        #expect(try await backend.trail(of: "admin") == [action])
        #expect(action.kind == .userCreate && action.state == .success)
        #expect(action.object == .user(try NamespaceName(parsing: "carol")))
        #expect(action.origin == (try await backend.caller().origin))
    }

    @Test("Present and former names of users and organizations are refused, and nothing is recorded")
    func taken() async throws {
        let backend = try await TestBackend()
        try await backend.createUser("carol")
        for name in ["acme", "gone"] { try await backend.createOrganization(name) }
        try await backend.removeOrganization("gone")
        let before = try await backend.trail(of: "admin")
        for name in ["admin", "carol", "acme", "gone", "registry"] {
            let fault = await expectFault(409) { try await backend.createUser(name) }
            #expect(
                fault?.message
                    == "The name '\(name)' is taken: it is reserved, or it belongs or belonged to a user or an organization"
            )
        }
        #expect(try await backend.trail(of: "admin") == before)
    }

    @Test("Only server administrators manage users, with an unrestricted key that has the scope")
    func rights() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        let callers = [
            "somebody else": try await backend.makeAccount("carol"), "a robot": try await backend.makeRobot("ci", .admin),
            "without the scope": try await backend.makeAdministratorKey(scopes: Set(Scope.allCases).subtracting([.accountAdmin])),
            "for one namespace": try await backend.makeKey(of: "admin", restriction: .init(namespace: "admin", to: [])),
            "for repositories": try await backend.makeKey(of: "admin", restriction: .init(to: ["a.example/*"])),
        ]
        for (name, key) in callers {
            await expectFault(403, "\(name)") { try await backend.createUser("dave", by: key) }
            await expectFault(403, "\(name)") { try await backend.updateUser("carol", isDisabled: true, by: key) }
            await expectFault(403, "\(name)") { try await backend.updateUser("nobody", isDisabled: true, by: key) }
            await expectFault(403, "\(name)") {
                try await backend.backend.listUsers(where: UserFilter(), page: .everything(), by: backend.caller(key))
            }
        }
        let users = try await backend.backend.listUsers(where: UserFilter(), page: .everything(), by: backend.caller())
        #expect(users.items.map(\.name.description) == ["admin", "carol"])
        #expect(users.items.allSatisfy { !$0.isDisabled })
        #expect(try await backend.trail(of: "admin").isEmpty)
    }

    @Test("Users can inspect their own account; other accounts look the same to them whether they exist or not")
    func inspected() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        func inspect(_ name: String, by key: APIKeySecret? = nil) async throws -> Account {
            try await backend.backend.inspectUser(NamespaceName(parsing: name), by: backend.caller(key))
        }
        #expect(try await inspect("carol", by: carol).name.description == "carol")
        #expect(try await inspect("carol") == inspect("carol", by: carol))
        for name in ["admin", "nobody"] {
            let fault = await expectFault(403) { try await inspect(name, by: carol) }
            #expect(fault?.message == "Only a server administrator may do this: ask one to do it")
        }
        await expectFault(404) { try await inspect("nobody") }
        let unscoped = try await backend.makeKey(of: "carol", scopes: [.repositoryRead])
        await expectFault(403) { try await inspect("carol", by: unscoped) }
    }

    @Test("User filters apply to the list and its total")
    func listed() async throws {
        let backend = try await TestBackend()
        for name in ["carol", "bob"] { try await backend.createUser(name) }
        try await backend.updateUser("bob", isDisabled: true)
        for (filter, names) in [
            (UserFilter(), ["admin", "bob", "carol"]), (UserFilter(isDisabled: true), ["bob"]), (UserFilter(name: "carol"), ["carol"]),
            (UserFilter(name: "carol", isDisabled: true), []),
        ] {
            let listing = try await backend.backend.listUsers(where: filter, page: .everything(), by: backend.caller())
            #expect(listing.items.map(\.name.description) == names)
            #expect(listing.total == names.count)
        }
    }
}
