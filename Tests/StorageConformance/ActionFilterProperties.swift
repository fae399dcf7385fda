import Domain
import FoundationEssentials
import Naming
import Storage
import TestValues
import Testing

extension StoreProperty {
    static let actionFilters = [
        StoreProperty("All action conditions apply, in a namespace and in all, and a bounded date orders the list") { store in
            var generator = SeededGenerator(seed: 4)
            let actions = try (0..<60).map { number in
                try randomAction(in: number % 3 == 0 ? Sample.others() : Sample.team(), using: &generator)
            }
            try await store.write { writer in
                for action in actions {
                    // Actions with an outcome begin without one, so that the outcome changes their place in every index.
                    var begun = action
                    begun.state = .inProgress
                    if action.state != .inProgress { begun.ended = action.started }
                    try writer.record(begun)
                    if action.state != .inProgress { try writer.end(action) }
                }
            }
            let filters = try (0..<300).map { _ in try randomFilter(of: actions, using: &generator) } + [ActionFilter()]
            for namespace in [try Sample.team(), nil] {
                let owned = actions.filter { $0.namespace == namespace ?? $0.namespace }
                var found = 0
                for filter in filters {
                    let expected = filter.sorted(owned.filter { filter.matches($0) })
                    try await expect(expected, where: filter, in: namespace, of: store)
                    found += expected.isEmpty ? 0 : 1
                }
                #expect(found > 100 && found < filters.count, "\(found)")
            }
        },
        StoreProperty("The total of all namespaces counts new actions once, and no deleted ones") { store in
            var begun = try Sample.action(state: .inProgress, ended: 9000)
            let summary = try Sample.action(in: Sample.others(), state: .failed, ended: 1000)
            try await store.write { [begun] writer in
                try writer.record(begun)
                for _ in 1...2 { try writer.revise(summary) }
                for ended: Int64 in 2...4 { try writer.record(Sample.action(in: Sample.others(), ended: ended * 1000)) }
            }
            #expect(try await store.read { try $0.actions(in: nil, where: ActionFilter(), page: Sample.page()).total } == 5)
            #expect(try await store.write { try $0.deleteActions(before: Sample.date(2500), limit: 9) } == 2)
            begun.state = .success
            try await store.write { [begun] in try $0.end(begun) }
            let rest = try await store.read { try $0.actions(in: nil, where: ActionFilter(), page: Sample.page()) }
            #expect(rest.total == 3 && rest.items.last == begun)
        },
        StoreProperty("A prefix of an identifier is literal text without wildcards") { store in
            let action = try Sample.action()
            try await store.write { try $0.record(action) }
            let id = action.id.uuidString.lowercased()
            for prefix in ["", "\(id.prefix(1))", "\(id.prefix(9))", "\(id.dropLast())", id] {
                #expect(try await total(ActionFilter(idPrefix: prefix), in: store) == 1, "\(prefix)")
            }
            let patterns = [
                "%", "_", "%\(id.dropFirst())", "_\(id.dropFirst())", "\(id.prefix(3))%", "*", "?", "[0-9a-f]", "' OR 1=1 --", "\0",
                "\(id.prefix(4))\0", id + "0", id.uppercased() + "x", " \(id)", "\u{7F}", "\u{1F6A2}",
            ]
            for prefix in patterns {
                #expect(try await total(ActionFilter(idPrefix: prefix), in: store) == 0, "\(prefix.debugDescription)")
            }
        },
        StoreProperty("An action in progress is in no range of ends, so that its end moves nothing between two pages") { store in
            var actions = try (1...9).map { number in
                try Sample.action(state: number == 4 ? .inProgress : .success, started: 0, ended: Int64(number) * 1000)
            }
            try await store.write { [actions] writer in
                for action in actions { try writer.record(action) }
            }
            var filter = ActionFilter(ended: .init(from: Sample.date(1000)))
            let page = try Sample.page(limit: 2)
            let expected = Array(actions.filter { $0.state == .success }.reversed())
            var found: [Action] = []
            for number in 0..<4 {
                let listing = try await store.read { [filter] in try $0.actions(in: Sample.team(), where: filter, page: page) }
                found += listing.items
                filter.after = try #require(listing.items.last).id
                #expect(listing.hasMore(behind: page) == (number < 3))
                // The outcome is stored between two pages.
                guard number == 1 else { continue }
                (actions[3].state, actions[3].ended) = (.success, Sample.date(99_000))
                try await store.write { [action = actions[3]] in try $0.end(action) }
            }
            #expect(found == expected)
            filter.after = nil
            let first = try await store.read { [filter] in try $0.actions(in: Sample.team(), where: filter, page: page) }
            #expect(first.items.first == actions[3] && first.total == 9)
            #expect(try await total(ActionFilter(state: .inProgress, ended: filter.ended), in: store) == 0)
        },
        StoreProperty("The page after an action that was deleted is empty, in every order") { store in
            let actions = try (1...5).map { try Sample.action(started: Int64($0) * 1000, ended: Int64($0) * 1000) }
            try await store.write { writer in
                for action in actions { try writer.record(action) }
                #expect(try writer.deleteActions(before: Sample.date(2500), limit: 9) == 2)
            }
            let since = ActionFilter.DateRange(from: Sample.date(0))
            for filter in [ActionFilter(), ActionFilter(started: since), ActionFilter(ended: since), ActionFilter(state: .success)] {
                for (id, items) in [(actions[1].id, []), (actions[2].id, []), (actions[3].id, [actions[2]])] {
                    var filter = filter
                    filter.after = id
                    let listing = try await store.read { [filter] in
                        try $0.actions(in: Sample.team(), where: filter, page: Sample.page(limit: 9))
                    }
                    #expect(listing.items == items && listing.total == 3, "\(filter)")
                    #expect(try !listing.hasMore(behind: Sample.page(limit: 9)))
                }
            }
        },
        StoreProperty("Date ranges include both ends, with millisecond precision") { store in
            try await store.write { try $0.record(Sample.action(started: 1000, ended: 2000)) }
            for (from, to, isIn) in [
                (1000, nil, true), (1001, nil, false), (nil, 1000, true), (nil, 999, false), (1000, 1000, true), (1001, 999, false),
            ] as [(Int64?, Int64?, Bool)] {
                let span = "\(from ?? -1) to \(to ?? -1)"
                let (from, to) = (from.map { Sample.date($0) }, to.map { Sample.date($0) })
                #expect(try await total(ActionFilter(started: .init(from: from, to: to)), in: store) == (isIn ? 1 : 0), "\(span)")
                let ended = ActionFilter.DateRange(from: from.map { $0 + 1 }, to: to.map { $0 + 1 })
                #expect(try await total(ActionFilter(ended: ended), in: store) == (isIn ? 1 : 0), "\(span)")
            }
        },
        StoreProperty("Actions match any of several objects by kind and name; an empty list of objects matches none") { store in
            let carol = try NamespaceName(parsing: "carol")
            let objects: [Action.Object] = [.user(carol), .member(carol), .organization(carol), .path("carol"), .apiKey("carol")]
            for object in objects { try await store.write { try $0.record(Sample.action(object: object)) } }
            for object in objects { #expect(try await total(ActionFilter(objects: [object]), in: store) == 1, "\(object)") }
            #expect(try await total(ActionFilter(objects: Array(objects.prefix(3))), in: store) == 3)
            #expect(try await total(ActionFilter(objects: [.robot(RobotName(parsing: "carol")), .path("carol/")]), in: store) == 0)
        },
    ]

    private static func total(_ filter: ActionFilter, in store: any Store) async throws -> Int {
        let listing = try await store.read { try $0.actions(in: Sample.team(), where: filter, page: Sample.page()) }
        #expect(listing.items.count == listing.total)
        return listing.total ?? -1
    }

    /// Expects the matches of a filter on one page, on a page behind an offset, and after an action.
    private static func expect(
        _ expected: [Action], where filter: ActionFilter, in namespace: NamespaceName?, of store: any Store
    ) async throws {
        let page = try Sample.page(limit: 3, offset: 1)
        let (all, part) = try await store.read { reader in
            (
                try reader.actions(in: namespace, where: filter, page: Sample.page()),
                try reader.actions(in: namespace, where: filter, page: page)
            )
        }
        #expect(all.items == expected, "\(filter)")
        #expect(part.items == Array(expected.dropFirst().prefix(3)), "\(filter)")
        #expect([all.total, part.total] == [expected.count, expected.count], "\(filter)")
        guard let last = part.items.last else { return }
        var filter = filter
        filter.after = last.id
        let rest = try await store.read { [filter] in try $0.actions(in: namespace, where: filter, page: page) }
        #expect(rest.items == Array(expected.dropFirst(4).prefix(3)), "\(filter)")
        #expect(rest.total == expected.count)
        #expect(part.cursor == last.id.uuidString.lowercased())
    }

    private static let actionKinds = [Action.Kind.repositoryPull, .repositoryPush, .memberUpdate]
    private static let callers = ["admin", "carol", "acme+ci"]
    private static let callerKeys = ["abcdefghijkl", "mnopqrstuvwx"]

    private static func objects() throws -> [Action.Object] {
        try [
            .repository(Sample.name()), .registry(Sample.authority()), .organization(Sample.team()), .member(Sample.others()),
            .robot(RobotName(parsing: "ci")), .user(Sample.others()), .apiKey("abcdefghijkl"), .path("/api/repo/v1/repository/"),
        ]
    }

    private static func randomAction(in namespace: NamespaceName, using generator: inout SeededGenerator) throws -> Action {
        let started = Int64.random(in: 0..<20, using: &generator) * 1000
        let origin = Sample.origin(
            callers.randomElement(using: &generator) ?? "", keyID: (callerKeys + [nil]).randomElement(using: &generator) ?? nil)
        return try Sample.action(
            in: namespace, kind: actionKinds.randomElement(using: &generator) ?? .repositoryPull,
            state: Action.State.allCases.randomElement(using: &generator) ?? .success, object: objects().randomElement(using: &generator),
            started: started, ended: started + Int64.random(in: 0..<5000, using: &generator), origin: origin)
    }

    /// Between one and three conditions, most of which match something.
    private static func randomFilter(of actions: [Action], using generator: inout SeededGenerator) throws -> ActionFilter {
        var filter = ActionFilter()
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let date = Sample.date(Int64.random(in: 0..<20, using: &generator) * 1000)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0:
                let id = actions.randomElement(using: &generator)?.id.uuidString.lowercased() ?? ""
                filter.idPrefix = String(id.prefix(Int.random(in: 1...3, using: &generator)))
            case 1: filter.state = Action.State.allCases.randomElement(using: &generator)
            case 2: filter.objects = Array(try objects().shuffled(using: &generator).prefix(3))
            case 3: filter.kind = (actionKinds + [.rowSign]).randomElement(using: &generator)
            case 4: filter.user = (callers + ["nobody"]).randomElement(using: &generator)
            case 5: filter.key = (callerKeys + ["nokey"]).randomElement(using: &generator)
            case 6: filter.started = .init(from: date, to: filter.started.to)
            case 7: filter.started = .init(from: filter.started.from, to: date)
            case 8: filter.ended = .init(from: date, to: filter.ended.to)
            default: filter.ended = .init(from: filter.ended.from, to: date)
            }
        }
        return filter
    }
}

extension ActionFilter {
    fileprivate func matches(_ action: Action) -> Bool {
        action.id.uuidString.lowercased().hasPrefix(idPrefix ?? "") && (state ?? action.state) == action.state
            && (objects?.contains(action.object) ?? true) && (kind ?? action.kind) == action.kind
            && (user ?? action.origin.user) == action.origin.user && (key == nil || key == action.origin.keyID)
            && started.contains(action.started)
            && (ended == DateRange() || action.state != .inProgress && ended.contains(action.ended))
    }
}

extension ActionFilter {
    /// Ordered by the first bounded date, otherwise by recording, newest first.
    fileprivate func sorted(_ actions: [Action]) -> [Action] {
        let newestFirst = Array(actions.reversed())
        let date: (Action) -> Date? = started != DateRange() ? \.started : ended != DateRange() ? { $0.ended } : { _ in nil }
        return newestFirst.enumerated().sorted { left, right in
            guard let one = date(left.element), let other = date(right.element), one != other else { return left.offset < right.offset }
            return one > other
        }.map(\.element)
    }
}

extension ActionFilter.DateRange {
    fileprivate func contains(_ date: Date) -> Bool {
        (from.map { $0 <= date } ?? true) && (to.map { date <= $0 } ?? true)
    }
}
