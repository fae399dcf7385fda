import Domain
import Naming
import Storage
import Testing

extension StoreProperty {
    static let registries = [
        StoreProperty("A registry is read back as stored; an unknown one is nil") { store in
            for (text, isSSL) in [("a.example", true), ("b.example:5000", false), ("localhost:5000", nil)] {
                let registry = Registry(authority: try Sample.authority(text), isSSL: isSSL)
                #expect(try await store.read { try $0.registry(registry.authority) } == nil)
                try await store.write { try $0.upsert(registry) }
                #expect(try await store.read { try $0.registry(registry.authority) } == registry)
            }
        },
        StoreProperty("An upsert replaces `isSSL` of a registry, but not by nil") { store in
            let authority = try Sample.authority()
            for (learned, known) in [(nil, nil), (true, true), (nil, true), (false, false), (nil, false)] as [(Bool?, Bool?)] {
                try await store.write { try $0.upsert(Registry(authority: authority, isSSL: learned)) }
                #expect(try await store.read { try $0.registry(authority)?.isSSL } == known)
            }
        },
        StoreProperty("`isReached` of a registry stays true in later upserts") { store in
            let authority = try Sample.authority()
            for (isReached, known) in [(false, false), (true, true), (false, true), (true, true)] {
                try await store.write { try $0.upsert(Registry(authority: authority, isSSL: true, isReached: isReached)) }
                #expect(try await store.read { try $0.registry(authority)?.isReached } == known)
            }
        },
        StoreProperty("Configuring a registry sets `isReached` of that registry only") { store in
            let others = Registry(authority: try Sample.authority("others.example"), isSSL: true, isReached: true)
            try await store.write { try $0.upsert(others) }
            for isReached in [false, true, false] {
                let registry = Registry(authority: try Sample.authority(), isSSL: true, isReached: isReached)
                try await store.write { try $0.configure(registry) }
                #expect(try await store.read { try $0.registry(registry.authority) } == registry)
                #expect(try await store.read { try $0.registry(others.authority) } == others)
            }
        },
        StoreProperty("A registry is listed in a namespace while the namespace has a repository on it") { store in
            let (first, second) = (try Sample.repository("registry.example/a"), try Sample.repository("registry.example/b"))
            let other = try Sample.repository("registry.example/a", in: Sample.others())
            let registry = Registry(authority: first.name.authority, isSSL: true)
            try await store.write { try $0.upsert(registry) }
            #expect(try await listed(in: store) == [[], []])
            try await store.write { try $0.add(first) }
            try await store.write { try $0.add(second) }
            #expect(try await listed(in: store) == [[registry], []])
            try await store.write { try $0.add(other) }
            try await store.write { try $0.delete(first) }
            #expect(try await listed(in: store) == [[registry], [registry]])
            try await store.write { try $0.delete(second) }
            #expect(try await listed(in: store) == [[], [registry]])
            #expect(try await store.read { try $0.registry(registry.authority) } == registry)
        },
        StoreProperty("Registries are listed in the order of their authorities, each once") { store in
            let authorities = ["b.example", "a.example:443", "docker.io", "a.example", "a-b.example", "localhost:5000"]
            try await store.write { writer in
                for authority in authorities {
                    try writer.add(Sample.repository("\(authority)/team/a"))
                    try writer.add(Sample.repository("\(authority)/team/b"))
                }
            }
            let listed = try await listed(in: store)[0].map(\.authority.description)
            #expect(listed == authorities.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        },
        StoreProperty("A repository on an unknown registry is refused") { store in
            let repository = try Sample.repository()
            await #expect(throws: StoreError.self) { try await store.write { try $0.insert(repository) } }
            #expect(try await store.read { try $0.all(in: repository.namespace).total } == 0)
        },
    ]

    private static func listed(in store: any Store) async throws -> [[Registry]] {
        try await store.read { [try $0.registries(in: Sample.team()).items, try $0.registries(in: Sample.others()).items] }
    }
}
