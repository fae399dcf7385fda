import Domain
import FoundationEssentials
import Naming
import Storage
import Testing

extension StoreProperty {
    static let users = [
        StoreProperty("An account is found by its exact name, with all fields as inserted; others are nil") { store in
            let accounts = try [
                Sample.account("carol"), Sample.account("root", isAdministrator: true), Sample.account("gone", isDisabled: true),
            ]
            try await store.write { writer in
                for account in accounts { try writer.insert(account) }
            }
            for account in accounts { #expect(try await store.read { try $0.account(account.name) } == account) }
            for name in ["car", "carol2", "nobody", "carol+ci"] {
                #expect(try await store.read { try $0.account(AccountName(parsing: name)) } == nil, "\(name)")
            }
        },
        StoreProperty("Users are listed in the order of their names, page by page, without robots") { store in
            try await store.makeOrganization("acme", admins: ["zed", "anna", "mia", "bob"], robots: ["ci"])
            let names = ["anna", "bob", "mia", "zed"]
            for offset in 0...4 {
                let listing = try await store.read { try $0.users(where: UserFilter(), page: Sample.page(limit: 2, offset: offset)) }
                #expect(listing.items.map(\.name.description) == Array(names.dropFirst(offset).prefix(2)))
                #expect(listing.total == 4)
            }
        },
        StoreProperty("All user conditions apply, alone and combined, also to the total") { store in
            let accounts = try [
                Sample.account("anna"), Sample.account("bob", isDisabled: true), Sample.account("carol"),
                Sample.account("dora", isDisabled: true),
            ]
            try await store.write { writer in
                for account in accounts { try writer.insert(account) }
            }
            for name in [nil, "anna", "bob", "ann", "Anna", "nobody", "", "anna\0", "%", "' OR 1=1 --"] as [String?] {
                for isDisabled in [nil, true, false] as [Bool?] {
                    let expected = accounts.filter {
                        (name ?? $0.name.description) == $0.name.description && (isDisabled ?? $0.isDisabled) == $0.isDisabled
                    }
                    let filter = UserFilter(name: name, isDisabled: isDisabled)
                    let listing = try await store.read { try $0.users(where: filter, page: Sample.page()) }
                    #expect(listing.items == expected, "\(filter)")
                    #expect(listing.total == expected.count, "\(filter)")
                }
            }
        },
        StoreProperty("Disabling and enabling an account changes nothing else; an unknown account is stale") { store in
            var account = try Sample.account("carol", isAdministrator: true)
            let other = try Sample.account("bob")
            try await store.write { [account] writer in
                try writer.insert(account)
                try writer.insert(other)
            }
            for isDisabled in [true, false, true] {
                account.isDisabled = isDisabled
                try await store.write { [account] in try $0.update(account) }
                #expect(try await store.account("carol") == account)
                #expect(try await store.account("bob") == other)
            }
            await #expect(throws: StoreError.stale) { try await store.write { try $0.update(Sample.account("nobody")) } }
        },
        StoreProperty("Only enabled administrators are counted") { store in
            #expect(try await store.read { try $0.administratorCount() } == 0)
            let accounts = try [
                Sample.account("anna", isAdministrator: true), Sample.account("bob", isAdministrator: true),
                Sample.account("carol", isAdministrator: true, isDisabled: true), Sample.account("dora"),
            ]
            try await store.write { writer in
                for account in accounts { try writer.insert(account) }
            }
            #expect(try await store.read { try $0.administratorCount() } == 2)
            for (number, left) in [(0, 1), (1, 0)] {
                var account = accounts[number]
                account.isDisabled = true
                let counted = try await store.write { [account] writer in
                    try writer.update(account)
                    return try writer.administratorCount()
                }
                #expect(counted == left)
            }
        },
    ]
}
