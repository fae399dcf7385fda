import Domain
import Naming
import Storage
import Testing

extension StoreProperty {
    static let due = [
        StoreProperty("Repositories come due at their time, of all namespaces, the longest overdue first") { store in
            let rows: [(String, Int64?)] = [("c", 3000), ("a", 1000), ("never", nil), ("d", 4000), ("before", -5000), ("b", 2000)]
            for (number, row) in rows.enumerated() {
                let repository = try planned(row.0, row.1, in: number.isMultiple(of: 2) ? Sample.team() : Sample.others())
                try await store.write { try $0.add(repository) }
            }
            for (now, names) in [
                (-5001, []), (-5000, ["before"]), (999, ["before"]), (1000, ["before", "a"]), (3500, ["before", "a", "b", "c"]),
                (Int64(1) << 50, ["before", "a", "b", "c", "d"]),
            ] as [(Int64, [String])] {
                #expect(try await due(at: now, in: store) == names)
                #expect(try await due(at: now, limit: 2, in: store) == Array(names.prefix(2)))
            }
            #expect(try await due(at: 3500, limit: 0, in: store).isEmpty)
        },
        StoreProperty("They are read as they are stored, with their counts of silences") { store in
            var verification = Verification(
                state: .unreachable, reason: "no answer", granted: Grants(pull: .yes, push: .no), checked: Sample.date(1),
                due: Sample.date(2), silences: 7)
            let repository = try Sample.repository(credential: Sample.credential().reference, verification: verification)
            try await store.write { try $0.add(repository) }
            #expect(try await store.read { try $0.repositories(dueAt: Sample.date(2), except: [], limit: 1) } == [repository])
            verification.silences = 0
            verification.due = nil
            var updated = repository
            updated.verification = verification
            try await store.write { [updated] in try $0.update(updated) }
            #expect(try await store.find(repository) == updated)
            #expect(try await store.read { try $0.repositories(dueAt: Sample.date(2), except: [], limit: 1) }.isEmpty)
        },
        StoreProperty("Those on registries that are left out do not count") { store in
            for (number, name) in ["one.example/a", "two.example/b", "one.example:5000/c", "three.example/d"].enumerated() {
                let verification = Verification(state: .verified, due: Sample.date(Int64(number)))
                try await store.write { try $0.add(Sample.repository(name, in: Sample.team(), verification: verification)) }
            }
            for (registries, names) in [
                ([], ["one.example/a", "two.example/b"]), (["one.example"], ["two.example/b", "one.example:5000/c"]),
                (["one.example", "two.example", "unknown.example"], ["one.example:5000/c", "three.example/d"]),
            ] as [([String], [String])] {
                let registries = try Set(registries.map(RegistryAuthority.init(parsing:)))
                let found = try await store.read { try $0.repositories(dueAt: Sample.date(9), except: registries, limit: 2) }
                #expect(found.map(\.name.description) == names)
            }
        },
        StoreProperty("Checks that were begun before a time and have not ended are found, the oldest first") { store in
            for (name, begun) in [("b", 2000), ("a", 1000), ("none", nil), ("c", 3000)] as [(String, Int64?)] {
                let verification = Verification(state: .verified, begun: begun.map { Sample.date($0) })
                let repository = try Sample.repository("\(name).example/a", in: Sample.team(), verification: verification)
                try await store.write { try $0.add(repository) }
            }
            for (date, limit, names) in [(1000, 9, []), (1001, 9, ["a"]), (4000, 9, ["a", "b", "c"]), (4000, 2, ["a", "b"])]
                as [(
                    Int64, Int, [String]
                )]
            {
                let found = try await store.read { try $0.repositories(withChecksBegunBefore: Sample.date(date), limit: limit) }
                #expect(found.map(\.name.description) == names.map { "\($0).example/a" })
                #expect(found.allSatisfy { $0.verification.begun != nil })
            }
        },
        StoreProperty("A removed repository does not come due") { store in
            let repository = try planned("a", 1000, in: Sample.team())
            try await store.write { try $0.add(repository) }
            try await store.write { try $0.delete(repository) }
            #expect(try await due(at: 2000, in: store).isEmpty)
        },
    ]

    private static func planned(_ name: String, _ due: Int64?, in namespace: NamespaceName) throws -> Repository {
        let verification = Verification(state: .verified, due: due.map(Sample.date))
        return try Sample.repository("registry.example/\(name)", in: namespace, verification: verification)
    }

    private static func due(at milliseconds: Int64, limit: Int = 10, in store: any Store) async throws -> [String] {
        let found = try await store.read { try $0.repositories(dueAt: Sample.date(milliseconds), except: [], limit: limit) }
        return found.map { String($0.name.description.dropFirst("registry.example/".count)) }
    }
}
