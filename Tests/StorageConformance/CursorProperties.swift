import Domain
import FoundationEssentials
import Naming
import Storage
import Testing

extension StoreProperty {
    static let cursors = [
        StoreProperty("The pages after each cursor are the whole list of users, with every filter") { store in
            try await fill(store)
            for (isDisabled, count) in [(nil, 7), (true, 2), (false, 5)] as [(Bool?, Int)] {
                try await expectPages(count, of: store, { $0.name.description }) { reader, after, page in
                    let after = try after.map { try NamespaceName(parsing: $0) }
                    return try reader.users(where: UserFilter(isDisabled: isDisabled, after: after), page: page)
                }
            }
            for (name, count) in [("bob", 1), ("anna", 0)] {
                let filter = UserFilter(name: "bob", after: try NamespaceName(parsing: name == "bob" ? "anna" : "bob"))
                #expect(try await store.read { try $0.users(where: filter, page: Sample.page()).items.count } == count)
            }
        },
        StoreProperty("The pages after each cursor are the whole list of an organization's members, and of its robots") { store in
            try await fill(store)
            let acme = try Sample.organization().name
            try await expectPages(5, of: store, { $0.account.name.description }) { reader, after, page in
                let after = try after.map { AccountName(try NamespaceName(parsing: $0)) }
                return try reader.members(of: acme, robots: false, after: after, page: page)
            }
            try await expectPages(3, of: store, { $0.account.name.robot?.description ?? "" }) { reader, after, page in
                let after = try after.map { AccountName(acme, robot: try RobotName(parsing: $0)) }
                return try reader.members(of: acme, robots: true, after: after, page: page)
            }
        },
        StoreProperty("The pages after each cursor are the whole list of an account's organizations") { store in
            try await fill(store)
            let carol = try await store.account("carol")
            try await expectPages(4, of: store, { $0.organization.name.description }) { reader, after, page in
                try reader.memberships(of: carol.id, after: after.map { try NamespaceName(parsing: $0) }, page: page)
            }
        },
        StoreProperty("The pages after each cursor are the whole list of an account's keys, even with equal dates") { store in
            try await fill(store)
            let carol = try await store.account("carol")
            try await expectPages(6, of: store, \.id) { try $0.apiKeys(of: carol.id, after: $1, page: $2) }
        },
        StoreProperty("The keys of an organization are listed by account, newest first, and page by page after each cursor") { store in
            try await fill(store)
            let acme = try Sample.organization().name
            try await expectPages(9, of: store, \.key.id) { try $0.apiKeys(in: acme, after: $1, page: $2) }
            let ids = try await store.read { try $0.apiKeys(in: acme, after: nil, page: Sample.page()).items.map(\.key.id) }
            #expect(ids == ["robot1", "robot0", "bob0", "carol5", "carol4", "carol3", "carol2", "carol1", "zoe0"])
        },
        StoreProperty("Items before a cursor can be removed: the next page is the same") { store in
            try await fill(store)
            let acme = try Sample.organization().name
            let carol = AccountName(try NamespaceName(parsing: "carol"))
            func members() async throws -> [String] {
                try await store.read { reader in
                    try reader.members(of: acme, robots: false, after: carol, page: Sample.page(limit: 2)).items.map {
                        $0.account.name.description
                    }
                }
            }
            #expect(try await members() == ["dora", "zoe"])
            for name in ["bob", "carol"] {
                let account = try await store.account(name)
                try await store.write { try $0.deleteMembership(of: account.id, in: acme) }
            }
            #expect(try await members() == ["dora", "zoe"])
        },
        StoreProperty("The cursor of an organization's keys remains valid when its account leaves; that of a deleted key is unknown") {
            store in
            try await fill(store)
            let acme = try Sample.organization().name
            func keys(after id: String) async throws -> [String] {
                try await store.read { try $0.apiKeys(in: acme, after: id, page: Sample.page()).items.map(\.key.id) }
            }
            let carol = try await store.account("carol")
            try await store.write { try $0.deleteMembership(of: carol.id, in: acme) }
            #expect(try await keys(after: "carol3") == ["zoe0"])
            let robot = try await store.account("acme+build")
            try await store.write { try $0.deleteRobot(robot.id) }
            await #expect(throws: StoreError.unknownCursor) { _ = try await keys(after: "robot1") }
        },
        StoreProperty("A key of another account, and a key that does not exist, are no cursors of an account's keys") { store in
            try await fill(store)
            let carol = try await store.account("carol")
            for id in ["bob0", "robot0", "none", "carol"] {
                await #expect(throws: StoreError.unknownCursor) {
                    try await store.read { _ = try $0.apiKeys(of: carol.id, after: id, page: Sample.page()) }
                }
            }
        },
        StoreProperty("The items of account lists are counted up to 10,000, and further pages still exist") { store in
            let carol = try Sample.account("carol")
            try await store.write { writer in
                try writer.insert(carol)
                for number in 0...10_000 { try writer.insert(Sample.apiKey("key\(number)", of: carol)) }
            }
            let page = try Sample.page(limit: 25, offset: 9_970)
            let listing = try await store.read { try $0.apiKeys(of: carol.id, after: nil, page: page) }
            #expect(listing.total == nil && listing.items.count == 25 && listing.hasMore(behind: page))
            let last = try await store.read { try $0.apiKeys(of: carol.id, after: listing.cursor, page: page) }
            #expect(last.items.map(\.id) == ["key5", "key4", "key3", "key2", "key1", "key0"] && !last.hasMore(behind: page))
        },
    ]

    /// Users, robots, organizations and keys around `acme` and `carol`. Names surround those of the robots, which begin with `acme+`.
    private static func fill(_ store: any Store) async throws {
        try await store.makeOrganization("acme", admins: ["zoe", "carol", "dora", "abe", "bob"], robots: ["run", "build", "ci"])
        try await store.makeOrganization("acm", admins: ["anna"], robots: ["build"])
        let (carol, eve) = (try await store.account("carol"), try Sample.account("eve", isDisabled: true))
        let (bob, zoe, robot) = (try await store.account("bob"), try await store.account("zoe"), try await store.account("acme+build"))
        for name in ["zulu", "bravo", "delta"] { try await store.makeOrganization(name) }
        try await store.write { writer in
            var dora = try #require(try writer.account(AccountName(parsing: "dora")))
            dora.isDisabled = true
            try writer.update(dora)
            try writer.insert(eve)
            for name in ["zulu", "bravo", "delta"] {
                let organization = try #require(try writer.organization(NamespaceName(parsing: name)))
                try writer.put(Membership(organization: organization, account: carol, permission: .read, created: Sample.date()))
            }
            func insert(_ id: String, of account: Account, created: Int64 = 1000, for namespace: String? = nil) throws {
                let restriction = APIKey.Restriction(namespace: try namespace.map { try NamespaceName(parsing: $0) })
                try writer.insert(
                    APIKey(
                        id: id, account: account.id, hash: [], label: "", scopes: [], restriction: restriction,
                        created: Sample.date(created)))
            }
            try insert("robot0", of: robot)
            try insert("zoe0", of: zoe, created: 9000, for: "acme")
            try insert("carol0", of: carol, for: "zulu")
            for (number, created) in [1000, 1000, 2000, 2000, 2000].enumerated() {
                try insert("carol\(number + 1)", of: carol, created: Int64(created))
            }
            try insert("bob0", of: bob)
            try insert("eve0", of: eve)
            try insert("robot1", of: robot)
        }
    }

    /// Reads a list in pages of each length, and expects that together they are the whole list, whatever their offset.
    private static func expectPages<Item: Sendable & Hashable>(
        _ count: Int, of store: any Store, _ name: @escaping @Sendable (Item) -> String,
        _ read: @escaping @Sendable (any StoreReader, _ after: String?, Page) throws -> Listing<Item>
    ) async throws {
        let whole = try await store.read { try read($0, nil, Sample.page()) }
        #expect(whole.items.count == count && whole.total == count && whole.cursor == whole.items.last.map(name))
        for length in 1...count + 1 {
            var (items, after): ([Item], String?) = ([], nil)
            repeat {
                // Only the first page has an offset.
                let page = try Sample.page(limit: length, offset: after == nil ? 0 : 1_000)
                let listing = try await store.read { [after] in try read($0, after, page) }
                #expect(listing.items.count <= length && listing.total == count)
                #expect(listing.hasMore(behind: page) == (items.count + listing.items.count < count))
                items += listing.items
                after = listing.hasMore(behind: page) ? listing.cursor : nil
            } while after != nil && items.count <= count
            #expect(items == whole.items, "pages of \(length)")
            let offset = try await store.read { try read($0, nil, Sample.page(limit: length, offset: length)) }
            #expect(offset.items == Array(whole.items.dropFirst(length).prefix(length)))
        }
    }
}
