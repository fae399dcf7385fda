import Domain
import FoundationEssentials
import Naming
import Storage
import Testing

extension StoreProperty {
    static let trail = [
        StoreProperty("Actions on all kinds of objects are read back, with the status of a failure") { store in
            let objects: [Action.Object] = try [
                .organization(Sample.team()), .member(Sample.others()), .robot(RobotName(parsing: "ci")), .user(Sample.others()),
                .apiKey("4bVn0cQw8ZrT"), .path("/api/repo/v1/repository/a.example/"), .path(""),
            ]
            for (object, status) in objects.flatMap({ object in [nil, 404, 503].map { (object, $0) } }) {
                let action = try Sample.action(kind: .memberDelete, state: .failed, object: object, status: status)
                try await store.write { try $0.record(action) }
                #expect(try await store.read { try $0.action(action.id, in: action.namespace) } == action)
            }
        },
        StoreProperty("An API key in an action is not stored, in whichever way the action is recorded") { store in
            let key = "lm_0aA9zZkeyid1_Am5Y8z1AgfodU5yu2sif3KOFWFS5nle95isYRe92Erp1UCxQE"
            var action = try Sample.action(state: .inProgress, object: .path(key), origin: Sample.origin(key, keyID: nil))
            try await store.write { [action] in try $0.record(action) }
            for state in [Action.State.inProgress, .success, .success] {
                let stored = try await store.read { [action] in try $0.action(action.id, in: action.namespace) }
                #expect(stored == action.redacted && stored?.state == state)
                action.state = .success
                (action.reference, action.reason) = (key, key)
                let isEnded = state == .success
                try await store.write { [action] in if isEnded { try $0.revise(action) } else { try $0.end(action) } }
            }
        },
        StoreProperty("Completing an action in progress updates its state, status and end, and leaves its position unchanged") { store in
            var begun = try Sample.action(state: .inProgress)
            let later = try Sample.action()
            try await store.write { [begun] writer in
                try writer.record(begun)
                try writer.record(later)
            }
            (begun.state, begun.status, begun.ended) = (.failed, 502, Sample.date(1_700_000_009_999))
            (begun.origin.method, begun.origin.path, begun.origin.userAgent) = ("PUT", "/other", "agent/2.0")
            try await store.write { [begun] in try $0.record(begun) }
            let listing = try await store.read { try $0.actions(in: Sample.team(), page: Sample.page()) }
            #expect(listing.items == [later, begun])
            #expect(listing.total == 2)
        },
        StoreProperty("A completed action cannot be completed again and stays unchanged") { store in
            for (first, second) in Action.State.allCases.flatMap({ first in Action.State.allCases.map { (first, $0) } }) {
                var action = try Sample.action(state: first)
                let before = action
                try await store.write { try $0.record(before) }
                action.state = second
                guard first != .inProgress else { continue }
                await #expect(throws: StoreError.stale, "\(first), \(second)") {
                    try await store.write { [action] in try $0.record(action) }
                }
                #expect(try await store.read { try $0.action(before.id, in: before.namespace) } == before)
            }
        },
        StoreProperty("A summary is recorded once, and its number, object and origin are replaced while it grows") { store in
            let first = try Sample.action(state: .failed, status: 403)
            let grown = Action(
                id: first.id, namespace: first.namespace, kind: first.kind, object: .path("/v2/"), reference: "v1", state: .failed,
                status: 404,
                reason: "and more", attempts: 7, started: first.started, ended: Sample.date(1_700_000_009_999),
                origin: Sample.origin("agent/2.0", keyID: nil))
            var last = 0
            for action in [first, grown, grown] {
                try await store.write { try $0.revise(action) }
                let listing = try await store.read { try $0.actions(in: Sample.team(), page: Sample.page()) }
                #expect(listing.items == [action] && listing.total == 1)
                let entries = try await store.read { [last] in try $0.actions(after: last, limit: 10) }
                #expect(entries.map(\.action) == [action], "it follows in the file again")
                last = try #require(entries.last?.sequence)
            }
        },
        StoreProperty("The oldest actions of all namespaces are deleted in batches, with correct totals after each") { store in
            let (team, others) = (try Sample.team(), try Sample.others())
            let actions = try (0..<20).map { number in
                try Sample.action(in: number.isMultiple(of: 3) ? others : team, ended: Int64(19 - number) / 4 * 1000)
            }
            try await store.write { writer in
                for action in actions { try writer.record(action) }
            }
            var left = actions
            for (limit, expected) in [(0, 0), (3, 3), (1, 1), (5, 5), (100, 3), (100, 0)] {
                let before = Sample.date(3000)
                #expect(try await store.write { try $0.deleteActions(before: before, limit: limit) } == expected)
                let listed = try await listed(in: [team, others], of: store)
                let gone = Set(left).subtracting(listed)
                let oldest = left.filter { $0.ended < before }.map(\.ended).sorted().prefix(expected)
                #expect(gone.map(\.ended).sorted() == Array(oldest))
                left = left.filter(listed.contains)
            }
            #expect(left.count == 8 && left.allSatisfy { $0.ended >= Sample.date(3000) })
        },
        StoreProperty("Actions of all namespaces are returned in the order of recording, with increasing numbers") { store in
            let actions = try (0..<7).map { try Sample.action(in: $0.isMultiple(of: 2) ? Sample.team() : Sample.others()) }
            #expect(try await store.read { try $0.actions(after: 0, limit: 10) }.isEmpty)
            try await store.write { writer in
                for action in actions { try writer.record(action) }
            }
            let entries = try await store.read { try $0.actions(after: 0, limit: 10) }
            #expect(entries.map(\.action) == actions && entries.map(\.sequence) == entries.map(\.sequence).sorted())
            for number in 0...7 {
                let last = number == 0 ? 0 : entries[number - 1].sequence
                for limit in [0, 1, 3, 100] {
                    let found = try await store.read { try $0.actions(after: last, limit: limit) }
                    #expect(found == Array(entries.dropFirst(number).prefix(limit)))
                }
            }
        },
        StoreProperty("A position is found by its action, is valid after its action was deleted, and is nil in another trail") { store in
            let actions = try (1...5).map { try Sample.action(ended: Int64($0) * 1000) }
            try await store.write { writer in
                for action in actions { try writer.record(action) }
            }
            let entries = try await store.read { try $0.actions(after: 0, limit: 10) }
            let (first, last) = (entries[0].sequence, entries[4].sequence)
            #expect(try await store.write { try $0.deleteActions(before: Sample.date(3000), limit: 10) } == 2)
            let positions: [(TrailPosition, Int?)] = [
                (entries[2].position, entries[2].sequence), (TrailPosition(sequence: nil, id: actions[2].id), entries[2].sequence),
                (TrailPosition(sequence: last + 100, id: actions[2].id), entries[2].sequence), (entries[0].position, first),
                (TrailPosition(sequence: nil, id: actions[0].id), nil), (TrailPosition(sequence: entries[3].sequence, id: UUID()), nil),
                (TrailPosition(sequence: last + 1, id: UUID()), nil), (TrailPosition(sequence: 0, id: UUID()), 0),
            ]
            for (position, sequence) in positions {
                #expect(try await store.read { try $0.sequence(following: position) } == sequence, "\(position)")
            }
            #expect(try await store.read { try $0.sequence(of: TrailPosition(sequence: nil, id: actions[4].id)) } == last)
            #expect(try await store.read { try $0.sequence(of: entries[0].position) } == nil)
            #expect(try await store.write { try $0.deleteActions(before: Sample.date(), limit: 10) } == 3)
            #expect(try await store.read { try $0.sequence(following: entries[4].position) } == last, "all are deleted")
        },
        StoreProperty("The oldest action is the one that ended first, the newest the one that was recorded last") { store in
            #expect(try await store.read { try $0.oldestActionEnd() } == nil)
            #expect(try await store.read { try $0.newestActionEnd() } == nil)
            for ended: Int64 in [5000, 9000, 2000, 7000] {
                let action = try Sample.action(ended: ended)
                try await store.write { try $0.record(action) }
            }
            #expect(try await store.read { try $0.oldestActionEnd() } == Sample.date(2000))
            #expect(try await store.read { try $0.newestActionEnd() } == Sample.date(7000))
        },
        StoreProperty("The record of the clock is read back as stored") { store in
            #expect(try await store.read { try $0.retention() } == nil)
            let claim = RetentionRecord.Claim(expected: Sample.date(9_000_000_000_001), steady: 1234.567)
            let window = RetentionRecord.Window(began: 12.345, ceiling: Sample.date(17))
            for record in [
                RetentionRecord(trusted: Sample.date()), RetentionRecord(trusted: Sample.date(0), claim: claim),
                RetentionRecord(trusted: Sample.date(), isSteady: true, ran: 99.001, window: window),
                RetentionRecord(trusted: Sample.date(), claim: claim, ran: 3_000_000_000, window: window),
                RetentionRecord(trusted: Sample.date(1)),
            ] {
                try await store.write { try $0.put(record) }
                #expect(try await store.read { try $0.retention() } == record)
            }
        },
    ]

    /// All actions of the namespaces; also checks the totals.
    private static func listed(in namespaces: [NamespaceName], of store: any Store) async throws -> Set<Action> {
        var all: Set<Action> = []
        for namespace in namespaces {
            let listing = try await store.read { try $0.actions(in: namespace, page: Sample.page()) }
            #expect(listing.total == listing.items.count)
            all.formUnion(listing.items)
        }
        return all
    }
}
