import Domain
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Organizations")
struct OrganizationTests {
    @Test("The creator of an organization is its admin, and its trail starts with the creation")
    func created() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        let recorded = try await backend.createOrganization(by: carol)
        #expect(recorded.value.organization.name.description == "acme")
        #expect(recorded.value.permission == .admin)
        #expect(try await backend.permissions() == ["carol": .admin])
        let action = try #require(recorded.action)
        #expect(action.kind == .organizationCreate)
        #expect(try await backend.trail() == [action])
        #expect(try await backend.trail(of: "carol").isEmpty)
    }

    @Test("A present or former name is refused for an organization, and nothing is stored")
    func taken() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        for name in ["acme", "gone"] { try await backend.createOrganization(name) }
        try await backend.removeOrganization("gone")
        let before = try RawDatabase(backend).everything()
        for name in ["admin", "carol", "acme", "gone", "registry"] {
            await expectFault(409, "\(name)") { try await backend.createOrganization(name, by: carol) }
        }
        #expect(try RawDatabase(backend).everything() == before)
    }

    @Test("Only persons create organizations, with an unrestricted key that has the scope")
    func creators() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        let callers = [
            "a robot": try await backend.makeRobot("ci", .admin),
            "without the scope": try await backend.makeAdministratorKey(scopes: Set(Scope.allCases).subtracting([.accountAdmin])),
            "for one namespace": try await backend.makeKey(of: "admin", restriction: .init(namespace: "acme", to: [])),
            "for repositories": try await backend.makeKey(of: "admin", restriction: .init(to: ["a.example/*"])),
        ]
        for (name, key) in callers {
            await expectFault(403, "\(name)") { try await backend.createOrganization("other", by: key) }
        }
        #expect(try await backend.store.read { try $0.organization(NamespaceName(parsing: "other")) } == nil)
    }

    @Test("An account lists only its own organizations, with its permissions")
    func listed() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        for name in ["zulu", "acme", "others"] { try await backend.createOrganization(name) }
        try await backend.addMember("carol", of: "zulu", .read)
        try await backend.addMember("carol", of: "acme", .write)
        let listing = try await backend.backend.listOrganizations(after: nil, page: .everything(), by: backend.caller(carol))
        #expect(listing.items.map(\.organization.name.description) == ["acme", "zulu"])
        #expect(listing.items.map(\.permission) == [.write, .read])
        #expect(listing.total == 2)
        let robot = try await backend.makeRobot("ci", of: "acme", .read)
        let own = try await backend.backend.listOrganizations(after: nil, page: .everything(), by: backend.caller(robot))
        #expect(own.items.map(\.organization.name.description) == ["acme"])
    }

    @Test("A member can inspect the organization; for others it looks nonexistent")
    func inspected() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization(admin: "admin")
        func inspect(_ name: String, by key: APIKeySecret) async throws -> Membership {
            try await backend.backend.inspectOrganization(NamespaceName(parsing: name), by: backend.caller(key))
        }
        for permission in Permission.allCases {
            let member = try await backend.makeMember("member-\(permission)", permission)
            #expect(try await inspect("acme", by: member).permission == permission)
        }
        let outsider = try await backend.makeAccount("carol")
        for name in ["acme", "nothing", "admin"] {
            let fault = await expectFault(404) { try await inspect(name, by: outsider) }
            #expect(fault?.message == "There is no namespace '\(name)', or your account is not a member: check the name")
        }
        await expectFault(404) { try await inspect("carol", by: outsider) }
    }

    @Test("Removing an organization removes its robots and invalidates their keys at once; its actions remain")
    func removed() async throws {
        let backend = try await TestBackend()
        try await backend.createOrganization()
        let carol = try await backend.makeMember("carol", .write)
        let robot = try await backend.makeRobot()
        await expectFault(403) { try await backend.removeOrganization(by: carol) }
        await expectFault(403) { try await backend.removeOrganization(by: robot) }
        await expectFault(404) { try await backend.removeOrganization(by: backend.makeAccount("dave")) }
        #expect(await backend.isAlive(robot))
        let action = try #require(try await backend.removeOrganization().action)
        #expect(action.kind == .organizationDelete)
        #expect(await !backend.isAlive(robot))
        #expect(await backend.isAlive(carol))
        #expect(try await backend.trail().map(\.kind) == [.organizationDelete, .organizationCreate])
        await expectFault(404) { try await backend.removeOrganization() }
    }

    @Test("An organization with repositories cannot be removed")
    func notEmpty() async throws {
        let backend = try await TestBackend()
        try await backend.createOrganization()
        let name = try RepositoryName(parsing: "registry.example/a")
        let acme = try NamespaceName(parsing: "acme")
        _ = try await backend.backend.registerRepository(name, with: CredentialInput("u", "p"), in: acme, verify: .no, by: backend.caller())
        let fault = await expectFault(409) { try await backend.removeOrganization() }
        #expect(fault?.message == "The organization 'acme' has repositories, 1 of them: remove them first")
        #expect(try await backend.permissions() == ["admin": .admin])
        _ = try await backend.backend.removeRepository(name, in: acme, by: backend.caller())
        try await backend.removeOrganization()
    }

    @Test("A person's namespace is not an organization: it has no members and no robots, and cannot be removed")
    func ownNamespace() async throws {
        let backend = try await TestBackend()
        try await backend.makeAccount("carol")
        await expectFault(404) { try await backend.removeOrganization("admin") }
        await expectFault(404) { try await backend.setMember("carol", of: "admin", to: .read) }
        await expectFault(404) { try await backend.removeMember("admin", of: "admin") }
        for organization in ["admin", nil] {
            await expectFault(404) { try await backend.createRobot(in: organization) }
            await expectFault(404) { try await backend.updateRobot(to: .admin, in: organization) }
            await expectFault(404) { try await backend.removeRobot(in: organization) }
        }
        #expect(await backend.isAlive(backend.key))
    }
}
