import Domain
import Naming
import Operations
import TestSupport
import Testing

@Suite("Members of an organization")
struct MemberTests {
    @Test("Adding, changing and removing a member are each one action of the organization")
    func membership() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        let carol = try await backend.makeAccount("carol")
        let added = try await backend.setMember("carol", to: .read)
        #expect(added.value.isNew && added.value.0.permission == .read && added.value.0.account.name.description == "carol")
        for permission in [Permission.admin, .write] {
            let changed = try await backend.setMember("carol", to: permission, isNew: permission == .admin)
            #expect(!changed.value.isNew && changed.value.0.permission == permission)
            #expect(try await backend.permissions() == ["admin": .admin, "carol": permission])
        }
        #expect(try await backend.setMember("carol", to: .write).action == nil, "it is so already")
        try await backend.removeMember("carol")
        #expect(try await backend.permissions() == ["admin": .admin])
        #expect(try await backend.trail().map(\.kind) == [.memberDelete, .memberUpdate, .memberUpdate, .memberCreate])
        #expect(try await Set(backend.trail().map(\.object)) == [.member(NamespaceName(parsing: "carol"))])
        #expect(await backend.isAlive(carol))
    }

    @Test("An unknown user cannot be added, and a non-member can be neither changed nor removed")
    func unknown() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        try await backend.makeOrganization("others")
        try await backend.makeAccount("carol")
        for name in ["nobody", "others", "acme"] {
            await expectFault(404, "\(name)") { try await backend.setMember(name, to: .read) }
        }
        for name in ["carol", "nobody"] {
            await expectFault(404, "\(name)") { try await backend.setMember(name, to: .read, isNew: false) }
            await expectFault(404, "\(name)") { try await backend.removeMember(name) }
        }
        #expect(try await backend.permissions() == ["admin": .admin])
        #expect(try await backend.trail().isEmpty)
    }

    @Test("Only admins, including robots, manage members; other members get 403 and non-members 404")
    func rights() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization(admin: "admin")
        try await backend.makeAccount("dave")
        let bob = try await backend.makeMember("bob", .read)
        let writer = try await backend.makeMember("carol", .write)
        let robot = try await backend.makeRobot("ci", .write)
        for (key, status) in [(bob, 403), (writer, 403), (robot, 403), (try await backend.makeAccount("outsider"), 404)] {
            await expectFault(status) { try await backend.setMember("dave", to: .read, by: key) }
            await expectFault(status) { try await backend.setMember("carol", to: .admin, by: key) }
            await expectFault(status) { try await backend.removeMember("admin", by: key) }
        }
        let list = try await backend.backend.listMembers(
            of: NamespaceName(parsing: "acme"), after: nil, page: .everything(), by: backend.caller(bob))
        #expect(list.items.map(\.account.name.description) == ["admin", "bob", "carol"])
        try await backend.addMember("acme+ci", .admin)
        try await backend.setMember("dave", to: .read, by: robot)
        #expect(try await backend.permissions()["dave"] == .read)
    }

    @Test("A server administrator is not implicitly a member of organizations")
    func serverAdministrator() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        try await backend.createOrganization(by: carol)
        await expectFault(404) { try await backend.setMember("admin", to: .admin) }
        await expectFault(404) { try await backend.removeMember("carol") }
        await expectFault(404) { try await backend.removeOrganization() }
        await expectFault(404) { try await backend.createRobot() }
        #expect(try await backend.permissions() == ["carol": .admin])
    }

    @Test("Every member can leave, with any permission, and loses access at once", arguments: Permission.allCases)
    func leaving(permission: Permission) async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        let carol = try await backend.makeMember("carol", permission)
        try await backend.removeMember("carol", by: carol)
        #expect(try await backend.permissions() == ["admin": .admin])
        await expectFault(404) { try await backend.removeMember("carol", by: carol) }
    }

    @Test("The last enabled personal admin can neither leave nor be demoted")
    func last() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        let robot = try await backend.makeRobot("ci", .admin)
        let disabled = try await backend.makeMember("gone", .admin)
        try await backend.makeMember("carol", .write)
        try await backend.updateUser("gone", isDisabled: true)
        #expect(await !backend.isAlive(disabled))
        let before = try await backend.permissions()
        for key in [backend.key, robot] {
            for permission in [Permission.read, .write] {
                let fault = await expectFault(409) { try await backend.setMember("admin", to: permission, by: key) }
                #expect(fault?.message == "'acme' needs at least one admin: give another member that permission first")
            }
            await expectFault(409) { try await backend.removeMember("admin", by: key) }
        }
        #expect(try await backend.permissions() == before)
        #expect(try await backend.trail().isEmpty)
        try await backend.setMember("carol", to: .admin)
        try await backend.removeMember("admin")
        #expect(try await backend.permissions() == ["carol": .admin, "gone": .admin, "acme+ci": .admin])
    }
}
