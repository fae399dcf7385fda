import Domain
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Robots of an organization")
struct RobotTests {
    @Test("Creating, changing and removing a robot are each one action of the organization; a new robot has no key")
    func life() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        let made = try await backend.createRobot("ci", .write).value
        #expect(made.account.name.description == "acme+ci" && made.permission == .write && !made.account.isAdministrator)
        #expect(try await backend.store.read { try $0.apiKeys(of: made.account.id, after: nil, page: .everything()).total } == 0)
        #expect(try await backend.updateRobot(to: .admin).value.permission == .admin)
        #expect(try await backend.permissions() == ["admin": .admin, "acme+ci": .admin])
        #expect(try await backend.updateRobot(to: .admin).action == nil, "it is so already")
        try await backend.removeRobot()
        #expect(try await backend.permissions() == ["admin": .admin])
        #expect(try await backend.trail().map(\.kind) == [.robotDelete, .robotUpdate, .robotCreate])
        #expect(try await Set(backend.trail().map(\.object)) == [.robot(RobotName(parsing: "ci"))])
    }

    @Test("Robot names are unique within an organization; an unknown robot is not found")
    func names() async throws {
        let backend = try await TestBackend()
        for name in ["acme", "others"] {
            try await backend.makeOrganization(name)
            try await backend.createRobot(in: name)
        }
        await expectFault(409) { try await backend.createRobot() }
        await expectFault(404) { try await backend.updateRobot("nobody", to: .read) }
        await expectFault(404) { try await backend.removeRobot("nobody") }
        #expect(try await backend.trail().count == 1)
    }

    @Test("The keys of a removed robot are invalid, even after a robot of the same name is created")
    func keys() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        let old = try await backend.makeRobot()
        #expect(await backend.isAlive(old))
        try await backend.removeRobot()
        #expect(await !backend.isAlive(old))
        try await backend.createRobot("ci", .admin)
        #expect(await !backend.isAlive(old))
        #expect(try await backend.stored(old.keyID) == nil)
    }

    @Test("Only admins manage robots; members can see them, non-members cannot")
    func rights() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        try await backend.createRobot()
        let callers = [
            (try await backend.makeMember("carol", .write), 403), (try await backend.makeRobot("deploy", .write), 403),
            (try await backend.makeAccount("outsider"), 404), (try await backend.makeKey(of: "admin", scopes: [.repositoryWrite]), 403),
            (try await backend.makeKey(of: "admin", restriction: .init(to: ["a.example/*"])), 403),
        ]
        for (key, status) in callers {
            await expectFault(status) { try await backend.createRobot("new", by: key) }
            await expectFault(status) { try await backend.updateRobot(to: .admin, by: key) }
            await expectFault(status) { try await backend.removeRobot(by: key) }
        }
        #expect(try await backend.permissions()["acme+ci"] == .read)
        #expect(try await backend.permissions().count == 4)
        let listing = try await backend.backend.listRobots(
            in: NamespaceName(parsing: "acme"), after: nil, page: .everything(), by: backend.caller(callers[0].0))
        #expect(listing.items.map(\.account.name.description) == ["acme+ci", "acme+deploy"])
        await expectFault(404) {
            try await backend.backend.inspectRobot(
                RobotName(parsing: "ci"), in: NamespaceName(parsing: "acme"), by: backend.caller(callers[2].0))
        }
    }

    @Test("The default namespace of a robot, and of a key restricted to an organization, is that organization")
    func home() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        let robot = try await backend.makeRobot("ci", .admin)
        let restricted = try await backend.makeKey(of: "admin", restriction: .init(namespace: "acme", to: []))
        for (number, key) in [robot, restricted].enumerated() {
            try await backend.createRobot("robot-\(number)", in: nil, by: key)
            let repository = try await backend.register("registry.example/image-\(number)", by: key).value
            #expect(repository.namespace.description == "acme")
        }
        #expect(try await backend.permissions().count == 4)
        let outside = try await backend.makeKey(of: "admin", restriction: .init(namespace: "admin", to: []))
        await expectFault(403) { try await backend.createRobot("new", by: outside) }
    }

    @Test("A robot is a member only of its organization, and stays valid without the person who created it")
    func part() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        try await backend.makeOrganization("others")
        let carol = try await backend.makeMember("carol", .admin)
        try await backend.createRobot("ci", .read, by: carol)
        let robot = try await backend.createKey(for: "acme+ci", scopes: [.repositoryRead], by: carol).value.secret
        try await backend.removeMember("carol")
        try await backend.updateUser("carol", isDisabled: true)
        let caller = try await backend.caller(robot)
        for (namespace, isThere) in [("acme", true), ("others", false), ("admin", false), ("carol", false)] {
            let status = await backend.attempt {
                try await $0.listRepositories(in: NamespaceName(parsing: namespace), where: nil, page: .everything(), by: caller)
            }
            #expect(status == (isThere ? nil : 404), "\(namespace)")
        }
    }
}
