import Domain
import FoundationEssentials
import Naming
import Storage
import Testing

extension StoreProperty {
    static let keys = [
        StoreProperty("The restriction of a key, in its order, and its last use are read back unchanged") { store in
            let account = try Sample.account()
            try await store.write { try $0.insert(account) }
            let patterns = try ["registry.example/team/*", "ubuntu", "a.example:5000/*", "docker.io/*"].map {
                try RepositoryPattern(parsing: $0)
            }
            for (number, namespace) in try [nil, Sample.others()].enumerated() {
                for count in [0, 1, patterns.count] {
                    let key = APIKey(
                        id: "key-\(number)-\(count)", account: account.id, hash: [1], label: "", scopes: [.pull],
                        restriction: APIKey.Restriction(namespace: namespace, repositories: Array(patterns.prefix(count))),
                        created: Sample.date(), lastUsed: number == 0 ? nil : Sample.date(7))
                    try await store.write { try $0.insert(key) }
                    #expect(try await store.read { try $0.apiKey(key.id)?.key } == key)
                    #expect(try await store.read { try $0.apiKeys(of: account.id, after: nil, page: Sample.page()).items.contains(key) })
                }
            }
        },
        StoreProperty("An account's keys are listed newest first, even with equal dates, without those of other accounts") { store in
            let (account, other) = (try Sample.account("carol"), try Sample.account("bob"))
            let rows: [(String, Int64)] = [("c", 2000), ("z", 3000), ("a", 3000), ("m", 3000), ("b", 1000)]
            try await store.write { writer in
                for account in [account, other] { try writer.insert(account) }
                for (id, date) in rows {
                    try writer.insert(APIKey(id: id, account: account.id, hash: [], label: "", scopes: [], created: Sample.date(date)))
                }
                try writer.insert(Sample.apiKey("other", of: other))
            }
            for offset in 0...5 {
                let listing = try await store.read {
                    try $0.apiKeys(of: account.id, after: nil, page: Sample.page(limit: 2, offset: offset))
                }
                #expect(listing.items.map(\.id) == Array(["m", "a", "z", "c", "b"].dropFirst(offset).prefix(2)))
                #expect(listing.total == 5)
            }
            #expect(try await store.read { try $0.apiKeys(of: other.id, after: nil, page: Sample.page()).items.map(\.id) } == ["other"])
            #expect(try await store.read { try $0.apiKeys(of: UUID(), after: nil, page: Sample.page()).total } == 0)
        },
        StoreProperty("A revoked key stays listed with the date of its first revocation") { store in
            let account = try Sample.account()
            try await store.write { writer in
                try writer.insert(account)
                for id in ["one", "two"] { try writer.insert(Sample.apiKey(id, of: account)) }
            }
            try await store.write { try $0.revoke("one", at: Sample.date(1)) }
            await #expect(throws: StoreError.stale) { try await store.write { try $0.revoke("one", at: Sample.date(2)) } }
            await #expect(throws: StoreError.stale) { try await store.write { try $0.revoke("none", at: Sample.date(2)) } }
            #expect(try await store.read { try $0.apiKey("one")?.key.revoked } == Sample.date(1))
            #expect(try await store.read { try $0.apiKey("two")?.key.revoked } == nil)
            #expect(try await store.read { try $0.apiKeys(of: account.id, after: nil, page: Sample.page()).total } == 2)
        },
        StoreProperty("The last use of a key only moves forward, and deleted keys are skipped") { store in
            let account = try Sample.account()
            try await store.write { writer in
                try writer.insert(account)
                for id in ["one", "two"] { try writer.insert(Sample.apiKey(id, of: account)) }
            }
            for (noted, last) in [(5, 5), (9, 9), (3, 9), (9, 9), (10, 10)] as [(Int64, Int64)] {
                try await store.write { try $0.noteUse(["one": Sample.date(noted), "gone": Sample.date(noted)]) }
                #expect(try await store.read { try $0.apiKey("one")?.key.lastUsed } == Sample.date(last))
            }
            try await store.write { try $0.noteUse([:]) }
            #expect(try await store.read { try $0.apiKey("two")?.key.lastUsed } == nil)
            #expect(try await store.read { try $0.apiKey("gone") } == nil)
        },
    ]
}
