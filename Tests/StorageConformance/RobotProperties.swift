import Domain
import FoundationEssentials
import Naming
import Storage
import Testing

extension StoreProperty {
    static let robots = [
        StoreProperty("A robot is deleted with its membership and all of its keys, and nothing else") { store in
            try await store.makeOrganization("acme", admins: ["anna"], robots: ["ci", "deploy"])
            let robot = try await store.account("acme+ci")
            let others = [try await store.account("anna"), try await store.account("acme+deploy")]
            try await store.write { writer in
                for number in 0..<3 { try writer.insert(Sample.apiKey("robot-\(number)", of: robot)) }
                for (number, account) in others.enumerated() { try writer.insert(Sample.apiKey("other-\(number)", of: account)) }
            }
            try await store.write { try $0.deleteRobot(robot.id) }
            try await store.read { (reader) throws -> Void in
                #expect(try reader.account(robot.name) == nil)
                #expect(try reader.permission(of: robot.id, in: robot.name.namespace) == nil)
                for number in 0..<3 { #expect(try reader.apiKey("robot-\(number)") == nil) }
                #expect(try reader.apiKeys(of: robot.id, after: nil, page: Sample.page()).total == 0)
                for (number, account) in others.enumerated() {
                    #expect(try reader.apiKey("other-\(number)")?.account == account)
                    #expect(try reader.permission(of: account.id, in: robot.name.namespace) == .admin)
                }
            }
        },
        StoreProperty("The keys of removed robots and of a removed organization's robots are remembered, and no others") { store in
            try await store.makeOrganization("acme", admins: ["anna"], robots: ["ci", "deploy"])
            let accounts = [
                try await store.account("acme+ci"), try await store.account("acme+deploy"), try await store.account("anna"),
            ]
            try await store.write { writer in
                for account in accounts { try writer.insert(Sample.apiKey("key-\(account.name)", of: account)) }
            }
            try await store.write { try $0.deleteRobot(accounts[0].id) }
            #expect(try await store.read { try $0.revocations() }.removedKeys == ["key-acme+ci"])
            try await store.write { try $0.deleteOrganization(NamespaceName(parsing: "acme")) }
            #expect(try await store.read { try $0.revocations() }.removedKeys == ["key-acme+ci", "key-acme+deploy"])
            #expect(try await store.read { try $0.revocations() }.names.map(\.description).sorted() == ["acme", "anna"])
        },
        StoreProperty("Deleting a person or an unknown account as a robot is refused, and the keys remain") { store in
            let person = try Sample.account("carol")
            try await store.write { writer in
                try writer.insert(person)
                try writer.insert(Sample.apiKey(of: person))
            }
            for id in [person.id, UUID()] {
                await #expect(throws: StoreError.stale) { try await store.write { try $0.deleteRobot(id) } }
            }
            #expect(try await store.read { try $0.apiKey("abcdefghijkl")?.account } == person)
        },
        StoreProperty("A robot name can be reused, and the new robot has nothing of the old one") { store in
            try await store.makeOrganization("acme", robots: ["ci"])
            let old = try await store.account("acme+ci")
            try await store.write { writer in
                try writer.insert(Sample.apiKey(of: old))
                try writer.deleteRobot(old.id)
                try writer.insert(Sample.account("acme+ci"))
            }
            let new = try await store.account("acme+ci")
            #expect(new.id != old.id)
            try await store.read { (reader) throws -> Void in
                #expect(try reader.permission(of: new.id, in: NamespaceName(parsing: "acme")) == nil)
                #expect(try reader.apiKeys(of: new.id, after: nil, page: Sample.page()).total == 0)
            }
        },
        StoreProperty("An organization is deleted with its robots, their keys and all memberships, but no persons") { store in
            try await store.makeOrganization("acme", admins: ["anna"], robots: ["ci"])
            try await store.makeOrganization("others", admins: ["bob"], robots: ["ci"])
            let (anna, robot) = (try await store.account("anna"), try await store.account("acme+ci"))
            let other = try await store.account("others+ci")
            let action = try Sample.action(in: NamespaceName(parsing: "acme"))
            try await store.write { writer in
                for (number, account) in [robot, anna, other].enumerated() {
                    try writer.insert(Sample.apiKey("key-\(number)", of: account))
                }
                try writer.record(action)
            }
            let acme = try NamespaceName(parsing: "acme")
            try await store.write { try $0.deleteOrganization(acme) }
            try await store.read { (reader) throws -> Void in
                #expect(try reader.organization(acme) == nil)
                #expect(try reader.permission(of: anna.id, in: acme) == nil)
                #expect(try reader.account(robot.name) == nil)
                #expect(try reader.apiKey("key-0") == nil)
                #expect(try reader.apiKey("key-1")?.account == anna)
                #expect(try reader.apiKey("key-2")?.account.name.description == "others+ci")
                #expect(try reader.adminCount(of: NamespaceName(parsing: "others")) == 1)
                #expect(try reader.action(action.id, in: acme) == action, "what was done in it stays on record")
            }
            await #expect(throws: StoreError.stale) { try await store.write { try $0.deleteOrganization(acme) } }
        },
        StoreProperty("A robot or a membership of an unknown organization is refused") { store in
            await #expect(throws: StoreError.self) { try await store.write { try $0.insert(Sample.account("acme+ci")) } }
            let account = try Sample.account("carol")
            try await store.write { try $0.insert(account) }
            await #expect(throws: StoreError.self) {
                try await store.write {
                    try $0.put(
                        Membership(organization: Sample.organization("acme"), account: account, permission: .read, created: Sample.date()))
                }
            }
        },
    ]
}
