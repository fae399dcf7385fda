package import Domain
package import FoundationEssentials
package import Naming
import Storage
import Testing

extension StoreProperty {
    static let services = [
        StoreProperty("A service is read back as stored, in its namespace only") { store in
            let digest = "sha256:\(String(repeating: "0f", count: 32))"
            for image in ["ubuntu", "registry.example:5000/a:v1", "registry.example/a@\(digest)", "registry.example/a:v1@\(digest)"] {
                let service = try Sample.service("web", image)
                try await store.write { try $0.insert(service) }
                #expect(try await store.read { try $0.service(service.id, in: Sample.team()) } == service)
                #expect(try await store.read { try $0.service(service.id, in: Sample.others()) } == nil)
            }
            #expect(try await store.read { try $0.service(UUID(), in: Sample.team()) } == nil)
        },
        StoreProperty("A repository is in use while a service of its namespace uses an image of it") { store in
            let names = ["registry.example/a", "registry.example/a/b", "registry.example/b"]
            try await store.write { writer in
                for name in names { try writer.add(Sample.repository(name)) }
                try writer.add(Sample.repository(names[0], in: Sample.others()))
            }
            #expect(try await used(in: store) == [])
            let services = try [Sample.service("one", "\(names[0]):v1"), Sample.service("two", "\(names[0]):v2")]
            for service in services {
                try await store.write { try $0.insert(service) }
                #expect(try await used(in: store) == [names[0]])
            }
            try await store.write { try $0.delete(services[0]) }
            #expect(try await used(in: store) == [names[0]])
            var changed = services[1]
            changed.image = try Sample.image(names[2])
            try await store.write { [changed] in try $0.update(changed) }
            #expect(try await used(in: store) == [names[2]])
            try await store.write { [changed] in try $0.delete(changed) }
            #expect(try await used(in: store) == [])
            #expect(try await store.read { try $0.service(services[1].id, in: Sample.team()) } == nil)
        },
        StoreProperty("A repository that is deleted and registered again is still in use") { store in
            try await store.write { writer in
                try writer.insert(Sample.service("web", "registry.example/team/image"))
                let first = try Sample.repository()
                try writer.add(first)
                try writer.delete(first)
                try writer.add(Sample.repository())
            }
            #expect(try await used(in: store) == ["registry.example/team/image"])
        },
        StoreProperty("A service of another namespace is neither changed nor deleted") { store in
            let stored = try Sample.service("web", "registry.example/a")
            try await store.write { try $0.insert(stored) }
            let foreign = try Sample.service("web", "registry.example/b", id: stored.id, in: Sample.others())
            await #expect(throws: StoreError.stale) { try await store.write { try $0.update(foreign) } }
            await #expect(throws: StoreError.stale) { try await store.write { try $0.delete(foreign) } }
            #expect(try await store.read { try $0.service(stored.id, in: Sample.team()) } == stored)
        },
        StoreProperty("Services are listed in the order of their names, and a cursor stays valid when its service is gone") { store in
            let names = ["b", "a", "c", "a", "e\u{301}", "B"]
            let services = try names.map { try Sample.service($0, "registry.example/a") }
            try await store.write { writer in
                for service in services { try writer.insert(service) }
                try writer.insert(Sample.service("aa", "registry.example/a", in: Sample.others()))
            }
            let sorted = services.sorted { ($0.name.description, $0.id.uuidString) < ($1.name.description, $1.id.uuidString) }
            #expect(try await listed(ServiceFilter(), in: store).map(\.id) == sorted.map(\.id))
            var filter = ServiceFilter()
            for (number, service) in sorted.enumerated() {
                let page = try await store.read { [filter] in
                    try $0.services(in: Sample.team(), where: filter, page: Sample.page(limit: 1, offset: number))
                }
                #expect(page.items.map(\.id) == [service.id])
                #expect(page.total == sorted.count)
                try await store.write { try $0.delete(service) }
                filter.after = page.cursor.flatMap { NamedPlace(parsing: $0) }
                try #require(filter.after != nil)
                try await store.write { try $0.insert(service) }
            }
            #expect(try await listed(filter, in: store) == [])
        },
        StoreProperty("Each filter of services finds exactly the matching ones, and all conditions must hold") { store in
            let digest = "sha256:\(String(repeating: "0f", count: 32))"
            let images = ["registry.example/a", "registry.example/a:v1", "registry.example/a@\(digest)", "registry.example/a/b:v1"]
            let services = try images.enumerated().map { number, image in
                try Sample.service("web\(number)", image, state: number == 1 ? .running : .notRunning)
            }
            try await store.write { writer in for service in services { try writer.insert(service) } }
            func found(_ filter: ServiceFilter) async throws -> [Int] {
                try await listed(filter, in: store).compactMap { service in services.firstIndex { $0.id == service.id } }
            }
            func image(_ text: String) throws -> ServiceFilter.Image {
                ServiceFilter.Image(try ImageReference(parsing: text))
            }
            #expect(try await found(ServiceFilter(image: image("registry.example/a"))) == [0, 1, 2])
            #expect(try await found(ServiceFilter(image: image("registry.example/a:v1"))) == [1])
            #expect(try await found(ServiceFilter(image: image("registry.example/a:latest"))) == [0])
            #expect(try await found(ServiceFilter(image: image("registry.example/a@\(digest)"))) == [2])
            #expect(try await found(ServiceFilter(state: .running)) == [1])
            #expect(try await found(ServiceFilter(name: ServiceName(parsing: "web3"))) == [3])
            #expect(try await found(ServiceFilter(idPrefix: String(services[2].id.uuidString.lowercased().prefix(18)))) == [2])
            #expect(try await found(ServiceFilter(patterns: [RepositoryPattern(parsing: "registry.example/a/*")])) == [3])
            let patterns = try ["registry.example/a/b", "registry.example/a"].map { try RepositoryPattern(parsing: $0) }
            #expect(try await found(ServiceFilter(patterns: patterns)) == [0, 1, 2, 3])
            #expect(try await found(ServiceFilter(state: .running, image: image("registry.example/a:latest"))) == [])
            #expect(try await found(ServiceFilter(idPrefix: "'")) == [])
        },
    ]

    private static func used(in store: any Store) async throws -> [String] {
        let (team, others) = (try Sample.team(), try Sample.others())
        let (inUse, free, foreign) = try await store.read { reader in
            (
                try reader.all(in: team, where: RepositoryFilter(isInUse: true)).items,
                try reader.all(in: team, where: RepositoryFilter(isInUse: false)).items,
                try reader.all(in: others, where: RepositoryFilter(isInUse: true)).items
            )
        }
        #expect(inUse.allSatisfy(\.isInUse) && !free.contains(where: \.isInUse) && foreign.isEmpty)
        let all = try await store.read { try $0.all(in: team, where: RepositoryFilter()).items }
        #expect(all.filter(\.isInUse) == inUse)
        return inUse.map(\.name.description)
    }

    private static func listed(_ filter: ServiceFilter, in store: any Store) async throws -> [Service] {
        try await store.read { try $0.services(in: Sample.team(), where: filter, page: Sample.page()) }.items
    }
}

extension Sample {
    package static func image(_ text: String) throws -> Service.Image { Service.Image(text, try ImageReference(parsing: text)) }

    package static func service(
        _ name: String, _ image: String, id: UUID = UUID(), in namespace: NamespaceName? = nil, state: Service.State = .notRunning
    ) throws -> Service {
        Service(
            id: id, namespace: try namespace ?? team(), name: try ServiceName(parsing: name), image: try self.image(image), state: state,
            created: date(), modified: date())
    }
}
