import Domain
import GRDB
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Testing

/// Services are inserted directly into the table.
@Suite("Repositories in use")
struct InUseTests {
    struct Service: Sendable, CustomTestStringConvertible {
        var namespace = "team"
        var repository = "registry.example/team/image"
        var states = ["Running"]
        let isInUse: Bool

        var testDescription: String { "\(namespace) \(repository) \(states.joined(separator: ", "))" }
    }

    @Test(
        "A repository is in use while a non-terminated service of its namespace uses an image of it",
        arguments: [
            Service(states: [], isInUse: false),
            Service(states: ["Running"], isInUse: true),
            Service(states: ["Stopped"], isInUse: true),
            Service(states: ["Init"], isInUse: true),
            Service(states: ["Terminated"], isInUse: false),
            Service(states: ["Terminated", "Terminated"], isInUse: false),
            Service(states: ["Terminated", "Running"], isInUse: true),
            Service(namespace: "others", isInUse: false),
            Service(repository: "registry.example/team/image-base", isInUse: false),
            Service(repository: "registry.example/team", isInUse: false),
            Service(repository: "registry.example/team/image/sub", isInUse: false),
            Service(repository: "registry.example:5000/team/image", isInUse: false),
        ])
    func inUse(_ service: Service) async throws {
        let repository = try Sample.repository("registry.example/team/image")
        try await withClosedDatabase { store in
            try await store.write { try $0.add(repository) }
        } _: { path in
            try await insert(service, into: path)
            let store = try SQLiteStore(testing: DataDirectory(path))
            #expect(try await store.find(repository)?.isInUse == service.isInUse)
            for filter in [nil, true, false] as [Bool?] {
                let listing = try await store.read { try $0.all(in: repository.namespace, where: RepositoryFilter(isInUse: filter)) }
                let isListed = filter == nil || filter == service.isInUse
                #expect(listing.items.map(\.isInUse) == (isListed ? [service.isInUse] : []))
                #expect(listing.total == (isListed ? 1 : 0))
            }
        }
    }

    @Test("A repository that is deleted and registered again is still in use")
    func again() async throws {
        let (first, second) = (try Sample.repository(), try Sample.repository())
        try await withClosedDatabase { _ in
        } _: { path in
            try await insert(Service(isInUse: true), into: path)
            let store = try SQLiteStore(testing: DataDirectory(path))
            try await store.write { writer in
                try writer.add(first)
                try writer.delete(first)
                try writer.add(second)
            }
            #expect(try await store.find(second)?.isInUse == true)
        }
    }

    private func insert(_ service: Service, into path: String) async throws {
        try await database(in: path).write { db in
            for (number, state) in service.states.enumerated() {
                try db.execute(
                    literal: """
                        INSERT INTO services (id, namespace, repository, state)
                        VALUES (\(number.description), \(service.namespace), \(service.repository), \(state))
                        """)
            }
        }
    }
}
