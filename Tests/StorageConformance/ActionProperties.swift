import Domain
import FoundationEssentials
import Storage
import Testing

extension StoreProperty {
    static let actions = [
        StoreProperty("Actions of every kind and state are read back as inserted") { store in
            for kind in Action.Kind.allCases {
                for state in Action.State.allCases {
                    let origin = Sample.origin(keyID: state == .success ? nil : "abcdefghijkl")
                    let action = try Sample.action(kind: kind, state: state, origin: origin)
                    try await store.write { try $0.record(action) }
                    #expect(try await store.read { try $0.action(action.id, in: action.namespace) } == action)
                }
            }
        },
        StoreProperty("Actions on repositories and registries are read back with their object") { store in
            let objects: [Action.Object] = try [
                .repository(Sample.name()), .repository(Sample.name("ubuntu")), .registry(Sample.authority()),
                .registry(Sample.authority("docker.io")), .registry(Sample.authority("localhost:5000")),
            ]
            for object in objects {
                let action = try Sample.action(kind: .registryUpdate, object: object)
                try await store.write { try $0.record(action) }
                #expect(try await store.read { try $0.action(action.id, in: action.namespace)?.object } == object)
            }
        },
        StoreProperty("Texts of an action's origin are stored in their own fields, byte for byte") { store in
            for text in Sample.difficultTexts {
                let origin = Action.Origin(
                    user: "user \(text)", keyID: "key \(text)", address: "address \(text)", method: "method \(text)",
                    path: "path \(text)", userAgent: "agent \(text)")
                let action = try Sample.action(origin: origin)
                try await store.write { try $0.record(action) }
                let found = try await store.read { try $0.action(action.id, in: action.namespace)?.origin }
                #expect(found == origin)
                #expect(found?.userAgent.utf8.elementsEqual(origin.userAgent.utf8) == true)
            }
        },
        StoreProperty("Actions are listed newest first, with their total, page by page") { store in
            let inserted = try (0..<7).map { _ in try Sample.action() }
            for action in inserted { try await store.write { try $0.record(action) } }
            var listed: [Action] = []
            for offset in stride(from: 0, through: 9, by: 3) {
                let page = try Sample.page(limit: 3, offset: offset)
                let listing = try await store.read { try $0.actions(in: Sample.team(), page: page) }
                #expect(listing.total == 7)
                listed += listing.items
            }
            #expect(listed == inserted.reversed())
        },
        StoreProperty("Actions of another namespace are not found, listed or counted") { store in
            let (own, foreign) = (try Sample.action(), try Sample.action(in: Sample.others()))
            try await store.write { writer in
                try writer.record(own)
                try writer.record(foreign)
            }
            #expect(try await store.read { try $0.action(foreign.id, in: own.namespace) } == nil)
            #expect(try await store.read { try $0.action(UUID(), in: own.namespace) } == nil)
            let listing = try await store.read { try $0.actions(in: own.namespace, page: Sample.page()) }
            #expect(listing.items == [own])
            #expect(listing.total == 1)
        },
        StoreProperty("Actions remain when their repository is deleted") { store in
            let (repository, action) = (try Sample.repository(), try Sample.action())
            try await store.write { writer in
                try writer.add(repository)
                try writer.record(action)
                try writer.delete(repository)
            }
            #expect(try await store.read { try $0.actions(in: action.namespace, page: Sample.page()).items } == [action])
        },
    ]
}
