import Domain
import FoundationEssentials
import Naming
import Storage
import TestValues
import Testing

extension StoreProperty {
    static let due = [
        StoreProperty("Repositories of all namespaces are due at their date, longest overdue first in each namespace") { store in
            let rows: [(String, Int64?)] = [("c", 3000), ("a", 1000), ("never", nil), ("d", 4000), ("before", -5000), ("b", 2000)]
            for (number, row) in rows.enumerated() {
                let repository = try planned(row.0, row.1, in: number.isMultiple(of: 2) ? Sample.team() : Sample.others())
                try await store.write { try $0.add(repository) }
            }
            for (now, names) in [
                (-5001, []), (-5000, ["before"]), (999, ["before"]), (1000, ["before", "a"]), (3500, ["before", "a", "c", "b"]),
                (Int64(1) << 50, ["before", "a", "c", "b", "d"]),
            ] as [(Int64, [String])] {
                #expect(try await due(at: now, in: store) == names)
                #expect(try await due(at: now, limit: 2, in: store) == Array(names.prefix(2)))
            }
            #expect(try await due(at: 3500, limit: 0, in: store).isEmpty)
        },
        StoreProperty("Due repositories are read with all stored values") { store in
            var verification = Verification(
                state: .unreachable, reason: "no answer", granted: Grants(pull: .yes, push: .no), checked: Sample.date(1),
                due: Sample.date(2), silences: 7, stateBefore: .absent)
            let repository = try Sample.repository(credential: Sample.credential().reference, verification: verification)
            try await store.write { try $0.add(repository) }
            #expect(try await store.read { try $0.repositories(dueAt: Sample.date(2), except: [], turn: 0, limit: 1) } == [repository])
            verification.silences = 0
            (verification.due, verification.stateBefore) = (nil, nil)
            var updated = repository
            updated.verification = verification
            try await store.write { [updated] in try $0.update(updated) }
            #expect(try await store.find(repository) == updated)
            #expect(try await store.read { try $0.repositories(dueAt: Sample.date(2), except: [], turn: 0, limit: 1) }.isEmpty)
        },
        StoreProperty("Repositories on excluded registries do not count towards the limit") { store in
            for (number, name) in ["one.example/a", "two.example/b", "one.example:5000/c", "three.example/d"].enumerated() {
                let verification = Verification(state: .verified, due: Sample.date(Int64(number)))
                try await store.write { try $0.add(Sample.repository(name, in: Sample.team(), verification: verification)) }
            }
            for (registries, names) in [
                ([], ["one.example/a", "two.example/b"]), (["one.example"], ["two.example/b", "one.example:5000/c"]),
                (["one.example", "two.example", "unknown.example"], ["one.example:5000/c", "three.example/d"]),
            ] as [([String], [String])] {
                let registries = try Set(registries.map(RegistryAuthority.init(parsing:)))
                let found = try await store.read { try $0.repositories(dueAt: Sample.date(9), except: registries, turn: 0, limit: 2) }
                #expect(found.map(\.name.description) == names)
            }
        },
        StoreProperty("Registries take turns, longest overdue first, and use the unused shares of others") { store in
            for (number, name) in ["a/1", "a/2", "a/3", "a/4", "b/1", "c/1", "c/2", "later/1"].enumerated() {
                let verification = Verification(state: .verified, due: Sample.date(name == "later/1" ? 99 : Int64(number)))
                let name = "\(name.replacing("/", with: ".example/"))"
                try await store.write { try $0.add(Sample.repository(name, in: Sample.team(), verification: verification)) }
            }
            for (limit, names) in [
                (1, ["a/1"]), (2, ["a/1", "b/1"]), (3, ["a/1", "b/1", "c/1"]), (5, ["a/1", "b/1", "c/1", "a/2", "c/2"]),
                (6, ["a/1", "b/1", "c/1", "a/2", "c/2", "a/3"]), (20, ["a/1", "b/1", "c/1", "a/2", "c/2", "a/3", "a/4"]), (0, []),
            ] {
                let found = try await store.read { try $0.repositories(dueAt: Sample.date(9), except: [], turn: 0, limit: limit) }
                #expect(found.map { $0.name.description.replacing(".example/", with: "/") } == names)
            }
            for (name, names) in [("a.example", ["a.example/1", "a.example/2"]), ("b.example", ["b.example/1"]), ("none.example", [])] {
                let registry = try RegistryAuthority(parsing: name)
                let found = try await store.read { try $0.repositories(dueAt: Sample.date(5), on: registry, limit: 2) }
                #expect(found.map(\.name.description) == names)
            }
            let planned = try await store.read { try $0.repositories(plannedAfter: Sample.date(6), limit: 9) }
            #expect(planned.map(\.name.description) == ["later.example/1"])
        },
        StoreProperty("Namespaces take turns at a registry, longest overdue first, and use the unused shares of others") { store in
            let namespaces = try [(Sample.team(), 40), (Sample.others(), 2), (NamespaceName(parsing: "few"), 1)]
            try await store.write { writer in
                for (index, (namespace, count)) in namespaces.enumerated() {
                    for number in 0..<count {
                        let verification = Verification(state: .verified, due: Sample.date(Int64(100 * index + number)))
                        try writer.add(Sample.repository("a.example/\(number)", in: namespace, verification: verification))
                    }
                }
                let other = Verification(state: .verified, due: Sample.date(500))
                try writer.add(Sample.repository("b.example/0", in: Sample.team(), verification: other))
            }
            for (limit, expected) in [
                (3, ["team/a/0", "team/b/0", "others/a/0"]), (4, ["team/a/0", "team/b/0", "others/a/0", "team/a/1"]),
                (7, ["team/a/0", "team/b/0", "others/a/0", "few/a/0", "team/a/1", "others/a/1", "team/a/2"]),
            ] {
                let found = try await store.read { try $0.repositories(dueAt: Sample.date(999), except: [], turn: 0, limit: limit) }
                #expect(found.map { "\($0.namespace)/\($0.name)".replacing(".example", with: "") } == expected)
            }
            let all = try await store.read { try $0.repositories(dueAt: Sample.date(999), except: [], turn: 0, limit: 99) }
            #expect(all.count == 44)
        },
        StoreProperty("If more registries or namespaces are due than the limit, each comes within as many turns as they need") { store in
            try await store.write { writer in
                for number in 0..<7 {
                    for (index, namespace) in ["team", "others", "few"].enumerated() {
                        let verification = Verification(state: .verified, due: Sample.date(Int64(10 * number + index)))
                        let name = "registry-\(number).example/a"
                        try writer.add(Sample.repository(name, in: NamespaceName(parsing: namespace), verification: verification))
                    }
                }
            }
            for (limit, turns, count) in [(2, 4, 7), (3, 3, 7), (6, 2, 7), (6, 7 * 3, 21), (1, 7 * 3, 7), (7, 3, 21), (21, 1, 21)] {
                var found: Set<String> = []
                var registries: Set<RegistryAuthority> = []
                for turn in 5..<(5 + turns) {
                    let due = try await store.read { try $0.repositories(dueAt: Sample.date(999), except: [], turn: turn, limit: limit) }
                    #expect(due.count == limit)
                    found.formUnion(due.map { "\($0.namespace)/\($0.name)" })
                    registries.formUnion(due.map(\.name.authority))
                }
                #expect(registries.count == 7, "limit \(limit)")
                #expect(found.count >= count, "limit \(limit)")
            }
        },
        StoreProperty("Repositories whose last check got no response take turns with the others, each at least half of the result") {
            store in
            var rows: [(name: String, verification: Verification)] = []
            for number in 0..<15 {
                let due = Sample.date(Int64(number))
                switch number {
                case 0..<6: rows.append(("dead-\(number)", Verification(state: .unreachable, due: due, silences: 1)))
                case 10: rows.append(("new", Verification(state: .unverified, due: due)))
                case 11...: rows.append(("live-\(number)", Verification(state: .verified, due: due)))
                default: break
                }
            }
            for (name, verification) in rows {
                try await store.write { try $0.add(Sample.repository("\(name).example/a", in: Sample.team(), verification: verification)) }
            }
            for (limit, names) in [
                (1, ["live-11"]), (2, ["live-11", "dead-0"]), (5, ["live-11", "dead-0", "live-12", "dead-1", "live-13"]),
                (9, ["live-11", "dead-0", "live-12", "dead-1", "live-13", "dead-2", "live-14", "dead-3", "dead-4"]),
            ] {
                let found = try await store.read { try $0.repositories(dueAt: Sample.date(20), except: [], turn: 0, limit: limit) }
                #expect(found.map(\.name.authority.description) == names.map { "\($0).example" })
            }
            let all = try await store.read { try $0.repositories(dueAt: Sample.date(20), except: [], turn: 0, limit: 99) }
            #expect(all.count == 11 && all.last?.name.authority.description == "new.example")
        },
        StoreProperty("Registries with few due repositories leave their shares to the one with the most") { store in
            let counts = [("a", 1), ("b", 1), ("c", 1), ("d", 7), ("e", 40)]
            try await store.write { writer in
                for (name, count) in counts {
                    for number in 0..<count {
                        let verification = Verification(state: .verified, due: Sample.date(Int64(number)))
                        try writer.add(Sample.repository("\(name).example/\(number)", in: Sample.team(), verification: verification))
                    }
                }
            }
            for (limit, expected) in [(20, 20), (30, 30), (50, 50), (99, 50)] {
                #expect(
                    try await store.read { try $0.repositories(dueAt: Sample.date(99), except: [], turn: 0, limit: limit) }.count
                        == expected)
            }
        },
        StoreProperty("The registries with due repositories follow every change of a repository") { store in
            var generator = SeededGenerator(seed: 5)
            var stored: [Repository] = []
            for round in 0..<200 {
                var verification = Verification(state: Verification.State.allCases.randomElement(using: &generator) ?? .verified)
                verification.due = Bool.random(using: &generator) ? Sample.date(Int64.random(in: 0..<50, using: &generator)) : nil
                verification.silences = Int.random(in: 0...1, using: &generator)
                let index = Int.random(in: 0..<12, using: &generator)
                if index >= stored.count {
                    let registry = Int.random(in: 0..<4, using: &generator)
                    let namespace = try Bool.random(using: &generator) ? Sample.team() : Sample.others()
                    let repository = try Sample.repository(
                        "registry-\(registry).example/image-\(round)", in: namespace, verification: verification)
                    try await store.write { try $0.add(repository) }
                    stored.append(repository)
                } else if Int.random(in: 0..<4, using: &generator) == 0 {
                    let repository = stored.remove(at: index)
                    try await store.write { try $0.delete(repository) }
                } else {
                    stored[index].verification = verification
                    try await store.write { [repository = stored[index]] in try $0.update(repository) }
                }
                let now = Sample.date(Int64.random(in: 0..<50, using: &generator))
                let due = try await store.read { try $0.repositories(dueAt: now, except: [], turn: 0, limit: 99) }
                #expect(Set(due.map(\.id)) == Set(stored.filter { $0.verification.due.map { $0 <= now } ?? false }.map(\.id)), "\(round)")
            }
        },
        StoreProperty("Repositories with a known earlier state are found by registry and by login") { store in
            let (login, other) = (CredentialReference(id: UUID(), version: 1), CredentialReference(id: UUID(), version: 1))
            let rows: [(String, CredentialReference?, Verification.State, Verification.State?)] = [
                ("a.example/1", nil, .unreachable, .verified), ("a.example/2", nil, .unreachable, nil),
                ("a.example/3", nil, .verified, nil), ("b.example/1", nil, .unreachable, .absent),
                ("b.example/2", login, .rejected, .verified), ("b.example/3", other, .rejected, nil),
            ]
            for (name, reference, state, before) in rows {
                let repository = try Sample.repository(
                    name, in: Sample.team(), credential: reference, verification: Verification(state: state, stateBefore: before))
                try await store.write { writer in
                    try writer.upsert(Registry(authority: repository.name.authority, isSSL: true))
                    if let reference {
                        let sealed = SealedCredential(
                            reference: reference, namespace: try Sample.team(), authority: repository.name.authority, envelope: [1],
                            loginMark: [1])
                        try writer.insert(sealed, sealedWith: "key-1", at: Sample.date())
                    }
                    try writer.insert(repository)
                }
            }
            for (registry, names) in [("a.example", ["a.example/1"]), ("b.example", ["b.example/1"]), ("c.example", [])] {
                let found = try await store.read { try $0.repositories(unreachableOn: Sample.authority(registry), limit: 9) }
                #expect(found.map(\.name.description) == names && found.allSatisfy { $0.verification.stateBefore != nil })
            }
            for credential in [login.id, other.id] {
                let found = try await store.read { try $0.repositories(rejectedWithLoginOf: credential, limit: 9) }
                #expect(found.map(\.name.description) == ["b.example/2"])
            }
        },
        StoreProperty("Only unreachable repositories of the given registry become due") { store in
            let rows: [(String, Verification.State, Int64)] = [
                ("a.example/1", .unreachable, 100), ("a.example/2", .verified, 100), ("a.example/3", .unreachable, 3),
                ("b.example/1", .unreachable, 100), ("a.example/4", .unreachable, 90),
            ]
            for (name, state, due) in rows {
                let repository = try Sample.repository(
                    name, in: Sample.team(), verification: Verification(state: state, due: Sample.date(due)))
                try await store.write { try $0.add(repository) }
            }
            try await store.write { try $0.makeDue(unreachableOn: RegistryAuthority(parsing: "a.example"), at: Sample.date(5), limit: 9) }
            let all = try await store.read { try $0.all(in: Sample.team()) }
            #expect(all.items.map(\.verification.due) == [5, 100, 3, 5, 100].map { Sample.date($0) })
        },
        StoreProperty("Repositories with the same login are found, and become due if they are rejected") { store in
            let marks: [(String, [UInt8]?, Verification.State)] = [
                ("a.example/1", [1], .rejected), ("a.example/2", [1], .verified), ("a.example/3", [2], .rejected),
                ("a.example/4", nil, .rejected),
                ("b.example/1", [1], .rejected), ("a.example/5", [1], .rejected), ("a.example/6", nil, .rejected),
            ]
            var credentials: [String: UUID] = [:]
            for (number, (name, mark, state)) in marks.enumerated() {
                let reference = CredentialReference(id: UUID(), version: 1)
                credentials[name] = reference.id
                let namespace = try number.isMultiple(of: 2) ? Sample.team() : Sample.others()
                let repository = try Sample.repository(
                    name, in: namespace, credential: reference, verification: Verification(state: state, due: Sample.date(100)))
                let sealed = SealedCredential(
                    reference: reference, namespace: namespace, authority: repository.name.authority, envelope: [1], loginMark: mark)
                try await store.write { writer in
                    try writer.upsert(Registry(authority: repository.name.authority, isSSL: true))
                    try writer.insert(sealed, sealedWith: "key-1", at: Sample.date())
                    try writer.insert(repository)
                }
                #expect(try await store.read { try $0.sealedCredential(reference.id) } == sealed)
            }
            let first = try #require(credentials["a.example/1"])
            let unmarked = try #require(credentials["a.example/4"])
            for (credential, state, names) in [
                (first, .unverified, ["a.example/1", "a.example/2", "a.example/5"]), (first, .rejected, ["a.example/2"]),
                (unmarked, .unverified, []),
            ] as [(UUID, Verification.State, Set<String>)] {
                let found = try await store.read { try $0.repositories(sharingLoginOf: credential, except: state, limit: 9) }
                #expect(Set(found.map(\.name.description)) == names)
            }
            try await store.write { try $0.makeDue(rejectedWithLoginOf: first, at: Sample.date(5), limit: 9) }
            let due = try await store.read { try $0.repositories(dueAt: Sample.date(5), except: [], turn: 0, limit: 9) }
            #expect(Set(due.map(\.name.description)) == ["a.example/1", "a.example/5"])
            for (date, limit, count, names) in [
                (4, 9, 0, ["a.example/1", "a.example/5"]), (50, 0, 0, ["a.example/1", "a.example/5"]), (50, 9, 1, ["a.example/1"]),
                (50, 9, 0, ["a.example/1"]),
            ] as [(Int64, Int, Int, Set<String>)] {
                let later = Sample.date(date)
                #expect(try await store.write { try $0.postpone(othersRejectedWithLoginOf: first, to: later, limit: limit) } == count)
                let left = try await store.read { try $0.repositories(dueAt: Sample.date(49), except: [], turn: 0, limit: 9) }
                #expect(Set(left.map(\.name.description)) == names)
            }
            let sealed = try #require(try await store.read { try $0.sealedCredential(unmarked) })
            try await store.write { try $0.mark(sealed, as: [1]) }
            #expect(try await store.read { try $0.repositories(sharingLoginOf: unmarked, except: .unverified, limit: 9) }.count == 4)
        },
        StoreProperty("Open checks that started before a date are found, oldest first") { store in
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
        StoreProperty("A deleted repository is never due") { store in
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
        let found = try await store.read { try $0.repositories(dueAt: Sample.date(milliseconds), except: [], turn: 0, limit: limit) }
        return found.map { String($0.name.description.dropFirst("registry.example/".count)) }
    }
}
