import Domain
import Naming
import Storage
import TestValues
import Testing

extension StoreProperty {
    static let counting = (0..<3).map { seed in
        StoreProperty("After random changes, lists and totals match a reference model, with every filter (seed \(seed))") { store in
            var generator = SeededGenerator(seed: UInt64(seed))
            var model = RepositoryModel()
            for round in 0..<60 {
                var attempt = model
                var changes: [RepositoryModel.Change] = []
                for _ in 0..<Int.random(in: 1...6, using: &generator) {
                    let change = try attempt.randomChange(using: &generator)
                    attempt.apply(change)
                    changes.append(change)
                }
                if try await write(changes, failing: Int.random(in: 0..<4, using: &generator) == 0, to: store) { model = attempt }
                if round.isMultiple(of: 20) { try await expectEqual(store, model) }
            }
            try await expectEqual(store, model)
            try await expectEqualAfterDeletingAll(store, model)
        }
    }

    private struct Refusal: Error {}

    /// Whether the changes were committed.
    private static func write(_ changes: [RepositoryModel.Change], failing: Bool, to store: any Store) async throws -> Bool {
        do {
            try await store.write { writer in
                for change in changes { try writer.apply(change) }
                if failing { throw Refusal() }
            }
            return true
        } catch is Refusal {
            return false
        }
    }

    private static func expectEqual(_ store: any Store, _ model: RepositoryModel) async throws {
        for namespace in [try Sample.team(), try Sample.others()] {
            for filter in try filters(for: model) {
                let expected = model.listed(in: namespace, where: filter)
                let (whole, part) = try await store.read { reader in
                    let page = try Sample.page(limit: 3, offset: 2)
                    return (try reader.all(in: namespace, where: filter), try reader.repositories(in: namespace, where: filter, page: page))
                }
                let rest = filter.after.map { after in expected.filter { after < $0.name } }
                #expect(whole.items == rest ?? expected, "\(filter)")
                #expect(part.items == Array((rest ?? Array(expected.dropFirst(2))).prefix(3)), "\(filter)")
                #expect([whole.total, part.total] == [expected.count, expected.count], "\(filter)")
            }
            let authorities = Set(model.listed(in: namespace, where: RepositoryFilter()).map(\.name.authority)).sorted()
            #expect(try await store.read { try $0.registries(in: namespace).items.map(\.authority) } == authorities)
        }
    }

    private static func filters(for model: RepositoryModel) throws -> [RepositoryFilter] {
        let authorities = try [nil] + RepositoryModel.authorities.map { try Sample.authority($0) }
        let patterns = try [
            ["registry.example/team/image-1", "registry.example/*", "docker.io/*"],
            ["registry.example:5000/team/image-20", "localhost:5000/team/*", "registry.example/team/image-3"],
        ].map { try $0.map { try RepositoryPattern(parsing: $0) } }
        let names = [nil, model.repositories.first?.name, try Sample.name("registry.example/none")]
        return authorities.flatMap { authority in
            [nil, false].flatMap { isInUse in
                var filters = names.map { RepositoryFilter(name: $0, authority: authority, isInUse: isInUse) }
                filters += ["registry", "docker.io/"].map { RepositoryFilter(namePrefix: $0, authority: authority, isInUse: isInUse) }
                filters += ["1", "image-2"].map { RepositoryFilter(nameFragment: $0, authority: authority, isInUse: isInUse) }
                for patterns in patterns {
                    filters += [
                        RepositoryFilter(nameFragment: "image", authority: authority, isInUse: isInUse, patterns: patterns),
                        RepositoryFilter(namePrefix: "registry", authority: authority, patterns: patterns, after: names[2]),
                    ]
                }
                return filters
            }
        }
    }

    private static func expectEqualAfterDeletingAll(_ store: any Store, _ model: RepositoryModel) async throws {
        try await store.write { writer in
            for repository in model.repositories { try writer.delete(repository) }
        }
        try await expectEqual(store, RepositoryModel())
    }
}
