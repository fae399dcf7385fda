import Domain
import Naming
import Storage
import Testing

extension StoreProperty {
    static let filters = [
        StoreProperty("A name filter finds exactly that repository") { store in
            try await addNames(to: store)
            for name in names {
                let filter = RepositoryFilter(name: try Sample.name(name))
                #expect(try await found(filter, in: store) == [name])
            }
            #expect(try await found(RepositoryFilter(name: Sample.name("registry.example/none")), in: store) == [])
        },
        StoreProperty("A prefix filter is literal and compared byte by byte") { store in
            try await addNames(to: store)
            for text in texts {
                let expected = names.filter { $0.utf8.starts(with: text.utf8) }
                #expect(try await found(RepositoryFilter(namePrefix: text), in: store) == expected, "\(text.debugDescription)")
            }
        },
        StoreProperty("A fragment filter is literal and matches anywhere in a name") { store in
            try await addNames(to: store)
            for text in texts {
                let expected = names.filter { $0.utf8.contains(Array(text.utf8)) }
                #expect(try await found(RepositoryFilter(nameFragment: text), in: store) == expected, "\(text.debugDescription)")
            }
        },
        StoreProperty("An authority filter matches exactly that authority, including its port") { store in
            try await addNames(to: store)
            for text in ["registry.example", "registry.example:5000", "docker.io", "registry", "example"] {
                let authority = try Sample.authority(text)
                let expected = try names.filter { try Sample.name($0).authority == authority }
                #expect(try await found(RepositoryFilter(authority: authority), in: store) == expected, "\(text)")
            }
        },
        StoreProperty("No repository is in use without services") { store in
            try await addNames(to: store)
            #expect(try await found(RepositoryFilter(isInUse: true), in: store) == [])
            #expect(try await found(RepositoryFilter(isInUse: false), in: store) == names)
        },
        StoreProperty("All conditions of a filter must hold") { store in
            try await addNames(to: store)
            let filter = RepositoryFilter(
                namePrefix: "registry", nameFragment: "_", authority: try Sample.authority("registry.example"), isInUse: false)
            #expect(try await found(filter, in: store) == ["registry.example/team/under_score"])
            let impossible = RepositoryFilter(name: try Sample.name(names[0]), nameFragment: "nowhere")
            #expect(try await found(impossible, in: store) == [])
        },
    ]

    private static let names = [
        "docker.io/library/ubuntu", "registry.example/team/image", "registry.example/team/image-base", "registry.example/team/under_score",
        "registry.example/team/underxscore", "registry.example:5000/team/image",
    ]

    private static let texts = [
        "", "d", "docker.io/", "registry.example", "registry.example/", "registry.example:", "registry.example/team/image",
        "registry.example/team/image-base!", "team", "image", "_", "%", "*", "?", "under_score", "under%", "UNDER", "Registry", "'", "''",
        "\"",
        "\\", "[a-z]", "e\u{301}", "\u{1F6A2}", "\0", "registry.example/team/image\0", "image\0x", "/", "x",
        String(repeating: "a", count: 5000),
    ]

    private static func addNames(to store: any Store) async throws {
        try await store.write { writer in
            for name in names.reversed() { try writer.add(Sample.repository(name)) }
            try writer.add(Sample.repository("registry.example/team/hidden", in: Sample.others()))
        }
    }

    private static func found(_ filter: RepositoryFilter, in store: any Store) async throws -> [String] {
        let listing = try await store.read { try $0.all(in: Sample.team(), where: filter) }
        #expect(listing.total == listing.items.count)
        return listing.items.map(\.name.description)
    }
}
