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
        StoreProperty("Registries are filtered by name, host, kind and authority, and paged by offset or cursor") { store in
            let authorities = [
                "a-b.example", "a.example", "a.example:443", "a.example:5000", "b.example", "docker.io", "docker.io:5000", "localhost:5000",
            ]
            try await store.write { writer in
                for authority in authorities { try writer.add(Sample.repository("\(authority)/team/a")) }
                try writer.add(Sample.repository("others.example/team/a", in: Sample.others()))
            }
            let some = try Set(["b.example", "docker.io", "others.example"].map { try Sample.authority($0) })
            let cases: [(RegistryFilter, [String])] = [
                (RegistryFilter(), authorities), (RegistryFilter(name: "a.example"), ["a.example"]),
                (RegistryFilter(name: "Docker Hub"), ["docker.io"]), (RegistryFilter(name: "docker.io"), []),
                (RegistryFilter(name: "a.example\0"), []), (RegistryFilter(host: "a\0"), []), (RegistryFilter(name: ""), []),
                (RegistryFilter(host: "a.example"), ["a.example", "a.example:443", "a.example:5000"]),
                (RegistryFilter(host: "a.example:443"), ["a.example:443"]), (RegistryFilter(host: "registry-1.docker.io"), ["docker.io"]),
                (RegistryFilter(host: "docker.io"), ["docker.io", "docker.io:5000"]), (RegistryFilter(host: "a"), []),
                (RegistryFilter(isDockerRegistry: true), ["docker.io"]),
                (RegistryFilter(isDockerRegistry: false), authorities.filter { $0 != "docker.io" }),
                (RegistryFilter(authorities: some), ["b.example", "docker.io"]), (RegistryFilter(authorities: []), []),
                (RegistryFilter(host: "docker.io", isDockerRegistry: false, authorities: some), []),
                (RegistryFilter(host: "docker.io", isDockerRegistry: false), ["docker.io:5000"]),
            ]
            for (filter, expected) in cases {
                for limit in [1, 2, 1000] {
                    for offset in 0...9 {
                        let page = try Sample.page(limit: limit, offset: offset)
                        let listing = try await store.read { try $0.registries(in: Sample.team(), where: filter, page: page) }
                        let items = expected.dropFirst(offset).prefix(limit)
                        #expect(listing.items.map(\.authority.description) == Array(items), "\(filter), \(page)")
                        #expect(listing.total == expected.count && listing.cursor == items.last, "\(filter)")
                        #expect(listing.hasMore(behind: page) == (offset + limit < expected.count), "\(filter), \(page)")
                    }
                }
                for after in authorities + ["a.example:80", "zzz.example"] {
                    var filter = filter
                    filter.after = try Sample.authority(after)
                    let page = try Sample.page(limit: 2, offset: 5)
                    let listing = try await store.read { [filter] in try $0.registries(in: Sample.team(), where: filter, page: page) }
                    let items = expected.filter { after.utf8.lexicographicallyPrecedes($0.utf8) }
                    #expect(listing.items.map(\.authority.description) == Array(items.prefix(2)), "\(filter)")
                    #expect(listing.total == expected.count && listing.hasMore(behind: page) == (items.count > 2), "\(filter)")
                }
            }
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
