import Domain
import FoundationEssentials
import Naming
import Storage
import TestValues
import Testing

extension StoreProperty {
    static let stateCounts = [
        StoreProperty(
            "The numbers of repositories by state follow insertions, changes and deletions, and failed transactions change nothing"
        ) {
            store in
            var generator = SeededGenerator(seed: 1)
            var repositories: [Repository] = []
            for round in 0..<60 {
                var attempt = repositories
                let state = Verification.State.allCases.randomElement(using: &generator) ?? .verified
                let index = attempt.indices.randomElement(using: &generator)
                let change: @Sendable (any StoreWriter) throws -> Void
                switch (round % 3, index) {
                case (1, let index?):
                    attempt[index].verification.state = state
                    change = { [updated = attempt[index]] in try $0.update(updated) }
                case (2, let index?) where round.isMultiple(of: 2):
                    change = { [deleted = attempt.remove(at: index)] in try $0.delete(deleted) }
                default:
                    let added = try Sample.repository("registry.example/image-\(round)", verification: Verification(state: state))
                    attempt.append(added)
                    change = { try $0.add(added) }
                }
                let fails = Int.random(in: 0..<4, using: &generator) == 0
                do {
                    try await store.write { writer in
                        try change(writer)
                        if fails { throw Refusal() }
                    }
                    repositories = attempt
                } catch is Refusal {}
                let expected = Verification.State.allCases.map { state in (state, repositories.count { $0.verification.state == state }) }
                #expect(try await store.read { try $0.repositoryCounts() } == Dictionary(uniqueKeysWithValues: expected))
            }
        },
        StoreProperty("Repositories that become Rejected are found in the order of the changes, as long as they are Rejected") { store in
            var repositories: [Repository] = []
            for number in 0..<4 {
                let repository = try Sample.repository("registry.example/\(number)", verification: Verification(state: .verified))
                repositories.append(repository)
                try await store.write { try $0.add(repository) }
            }
            func set(_ state: Verification.State, _ number: Int) async throws {
                var repository = repositories[number]
                repository.verification.state = state
                try await store.write { [repository] in try $0.update(repository) }
            }
            func rejected(after number: Int, limit: Int = 9) async throws -> Rejected {
                try await store.read { reader in
                    let found = try reader.rejectedRepositories(after: number, limit: limit)
                    return Rejected(names: found.repositories.map(\.name.path), last: found.last)
                }
            }
            let start = try await store.read { try $0.lastRejection() }
            #expect(try await rejected(after: start) == Rejected(names: [], last: start))
            for number in [2, 0, 3] { try await set(.rejected, number) }
            #expect(try await store.read { try $0.lastRejection() } == start + 3)
            let first = try await rejected(after: start, limit: 2)
            #expect(first.names == ["2", "0"])
            #expect(try await rejected(after: first.last).names == ["3"])
            // Another verification with the same result is no change.
            try await set(.rejected, 2)
            #expect(try await rejected(after: start).names == ["2", "0", "3"])
            try await set(.verified, 2)
            #expect(try await rejected(after: start).names == ["0", "3"])
            try await set(.rejected, 2)
            #expect(try await rejected(after: start).names == ["0", "3", "2"])
            let last = try await rejected(after: start).last
            #expect(try await rejected(after: last) == Rejected(names: [], last: last))
            let added = try Sample.repository("registry.example/4", verification: Verification(state: .rejected))
            try await store.write { try $0.add(added) }
            #expect(try await rejected(after: last) == Rejected(names: ["4"], last: last + 1))
        },
        StoreProperty("Expiring keys are those of enabled accounts that are neither revoked nor renewed, in the order of their expiries") {
            store in
            let (account, disabled) = (try Sample.account("carol"), try Sample.account("bob", isDisabled: true))
            func key(_ id: String, of account: Account, _ expires: Int64?, revoked: Int64? = nil, renews: String? = nil) -> APIKey {
                APIKey(
                    id: id, account: account.id, hash: [], label: "", scopes: [], created: Sample.date(0),
                    expires: expires.map { Sample.date($0) }, revoked: revoked.map { Sample.date($0) }, renews: renews)
            }
            let keys = [
                key("e", of: account, 3000), key("d", of: account, 2000), key("c", of: account, 2000), key("past", of: account, 1000),
                key("late", of: account, 4001), key("last", of: account, 4000), key("never", of: account, nil),
                key("revoked", of: account, 2500, revoked: 1), key("renewed", of: account, 2600),
                key("renewal", of: account, 9000, renews: "renewed"), key("disabled", of: disabled, 2700),
            ]
            try await store.write { writer in
                for account in [account, disabled] { try writer.insert(account) }
                for key in keys { try writer.insert(key) }
            }
            let (start, end) = (Sample.date(1000), Sample.date(4000))
            #expect(try await store.read { try $0.expiringKeyCount(after: start, until: end, limit: 9) } == 4)
            #expect(try await store.read { try $0.expiringKeyCount(after: start, until: end, limit: 3) } == 3)
            #expect(try await store.read { try $0.expiringKeyCount(after: end, until: end, limit: 9) } == 0)
            var (found, place): ([String], KeyExpiry?) = ([], KeyExpiry(date: start + 0.001))
            for _ in 0..<9 {
                guard let from = place else { break }
                let page = try await store.read { reader in
                    let page = try reader.expiringKeys(after: from, until: end, limit: 2)
                    return (page.keys, page.last)
                }
                #expect(page.0.allSatisfy { $0.account.name.description == "carol" })
                found += page.0.map(\.key.id)
                place = page.1
            }
            #expect(found == ["c", "d", "e", "last"] && place == nil)
        },
    ]

    private struct Refusal: Error {}

    private struct Rejected: Equatable, Sendable {
        let names: [String]
        let last: Int
    }
}
