import Domain
import FoundationEssentials
import Naming
import Storage
import Testing

extension StoreProperty {
    static let organizations = [
        StoreProperty("An organization is found by its name, and is not a user; users are not organizations") { store in
            let organization = try Sample.organization("acme")
            try await store.write { writer in
                try writer.insert(organization)
                try writer.insert(Sample.account("carol"))
            }
            #expect(try await store.read { try $0.organization(organization.name) } == organization)
            #expect(try await store.read { try $0.account(AccountName(organization.name)) } == nil)
            for name in ["carol", "acme2", "acm"] {
                #expect(try await store.read { try $0.organization(NamespaceName(parsing: name)) } == nil, "\(name)")
            }
        },
        StoreProperty("Organizations count for the account that created them, even after their removal") { store in
            let (account, other) = (try Sample.account("carol"), try Sample.account("bob"))
            let organizations = try ["acme", "gone", "others"].map { try Sample.organization($0) }
            try await store.write { writer in
                for account in [account, other] { try writer.insert(account) }
                for organization in organizations { try writer.insert(organization) }
                for organization in organizations.prefix(2) { try writer.note(account.id, asCreatorOf: organization.name) }
                try writer.deleteOrganization(organizations[1].name)
            }
            #expect(try await store.read { try $0.organizationCount(createdBy: account.id) } == 2)
            #expect(try await store.read { try $0.organizationCount(createdBy: other.id) } == 0)
            await #expect(throws: StoreError.stale) {
                try await store.write { try $0.note(account.id, asCreatorOf: NamespaceName(parsing: "nothing")) }
            }
        },
        StoreProperty("A membership is added, replaced and deleted, and read back as stored") { store in
            let (account, other) = (try Sample.account("carol"), try Sample.account("bob"))
            let organizations = try ["acme", "others"].map { try Sample.organization($0) }
            try await store.write { writer in
                for account in [account, other] { try writer.insert(account) }
                for organization in organizations { try writer.insert(organization) }
            }
            let acme = organizations[0].name
            #expect(try await store.read { try $0.permission(of: account.id, in: acme) } == nil)
            for permission in [Permission.read, .admin, .write] {
                let membership = Membership(
                    organization: organizations[0], account: account, permission: permission, created: Sample.date(1))
                try await store.write { try $0.put(membership) }
                #expect(try await store.read { try $0.permission(of: account.id, in: acme) } == permission)
                #expect(try await store.read { try $0.membership(of: account.name, in: acme) } == membership)
            }
            for (account, organization) in [(account, organizations[1]), (other, organizations[0])] {
                #expect(try await store.read { try $0.permission(of: account.id, in: organization.name) } == nil)
                #expect(try await store.read { try $0.membership(of: account.name, in: organization.name) } == nil)
                await #expect(throws: StoreError.stale) {
                    try await store.write { try $0.deleteMembership(of: account.id, in: organization.name) }
                }
            }
            #expect(try await store.read { try $0.permission(of: account.id, in: NamespaceName(parsing: "none")) } == nil)
            try await store.write { try $0.deleteMembership(of: account.id, in: acme) }
            #expect(try await store.read { try $0.permission(of: account.id, in: acme) } == nil)
        },
        StoreProperty("Replacing a permission leaves the date of the membership unchanged") { store in
            let (account, organization) = (try Sample.account("carol"), try Sample.organization("acme"))
            try await store.write { writer in
                try writer.insert(account)
                try writer.insert(organization)
                for (date, permission) in [(1, .read), (2, .admin)] as [(Int64, Permission)] {
                    try writer.put(
                        Membership(organization: organization, account: account, permission: permission, created: Sample.date(date)))
                }
            }
            let found = try await store.read { try $0.membership(of: account.name, in: organization.name) }
            #expect(found?.created == Sample.date(1))
            #expect(found?.permission == .admin)
        },
        StoreProperty("Persons and robots of an organization are two lists in the order of their names, page by page") { store in
            try await store.makeOrganization("acme", admins: ["zed", "anna", "mia"], robots: ["zz", "aa"])
            try await store.makeOrganization("others", admins: ["bob"], robots: ["mm"])
            for (robots, names) in [(false, ["anna", "mia", "zed"]), (true, ["acme+aa", "acme+zz"])] {
                for offset in 0...3 {
                    let listing = try await store.read {
                        try $0.members(
                            of: NamespaceName(parsing: "acme"), robots: robots, after: nil, page: Sample.page(limit: 2, offset: offset))
                    }
                    #expect(listing.items.map(\.account.name.description) == Array(names.dropFirst(offset).prefix(2)))
                    #expect(listing.total == names.count)
                }
            }
            let none = try await store.read {
                try $0.members(of: NamespaceName(parsing: "none"), robots: false, after: nil, page: Sample.page())
            }
            #expect(none.items.isEmpty && none.total == 0)
        },
        StoreProperty("The memberships of an account are listed in the order of the organizations' names, page by page") { store in
            let names = ["acme", "bravo", "zulu"]
            try await store.makeOrganization("zulu", admins: ["carol", "bob"])
            let carol = try #require(try await store.read { try $0.account(AccountName(parsing: "carol")) })
            for name in ["acme", "bravo"] {
                try await store.makeOrganization(name)
                try await store.write { writer in
                    let organization = try #require(try writer.organization(NamespaceName(parsing: name)))
                    try writer.put(Membership(organization: organization, account: carol, permission: .read, created: Sample.date()))
                }
            }
            for offset in 0...3 {
                let listing = try await store.read {
                    try $0.memberships(of: carol.id, after: nil, page: Sample.page(limit: 2, offset: offset))
                }
                #expect(listing.items.map(\.organization.name.description) == Array(names.dropFirst(offset).prefix(2)))
                #expect(listing.items.allSatisfy { $0.account == carol })
                #expect(listing.total == 3)
            }
            #expect(try await store.read { try $0.memberships(of: UUID(), after: nil, page: Sample.page()).total } == 0)
        },
        StoreProperty("Only enabled persons with the permission admin count as an organization's admins") { store in
            try await store.makeOrganization("acme", admins: ["anna", "bob"], robots: ["ci"])
            try await store.makeOrganization("others", admins: ["carol"])
            let name = try NamespaceName(parsing: "acme")
            #expect(try await store.read { try $0.adminCount(of: name) } == 2)
            #expect(try await store.read { try $0.adminCount(of: NamespaceName(parsing: "none")) } == 0)
            try await store.write { writer in
                var anna = try #require(try writer.account(AccountName(parsing: "anna")))
                anna.isDisabled = true
                try writer.update(anna)
                #expect(try writer.adminCount(of: name) == 1)
                var bob = try #require(try writer.membership(of: AccountName(parsing: "bob"), in: name))
                for permission in [Permission.write, .read] {
                    bob.permission = permission
                    try writer.put(bob)
                    #expect(try writer.adminCount(of: name) == 0, "the robot is an admin, but no person")
                }
            }
        },
    ]
}
