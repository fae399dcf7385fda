import Domain
import FoundationEssentials
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Testing

extension QueryPlanTests {
    @Test("Reads of starts, of background work and of revocations use an index, without sorting")
    func maintenance() async throws {
        let reads: [@Sendable (any StoreReader) throws -> Void] = [
            { _ = try $0.revocations() }, { _ = try $0.apiKeyIDs(of: UUID()) }, { _ = try $0.robotKeyIDs(of: Sample.team()) },
            { _ = try $0.apiKeyIDs(after: "abcdefghijkl") }, { _ = try $0.repositories(withChecksBegunBefore: Sample.date(), limit: 9) },
            { _ = try $0.repositoriesWithCredentials(after: nil, limit: 9) },
            { _ = try $0.repositoriesWithCredentials(after: UUID(), limit: 9) },
            { _ = try $0.sequence(following: TrailPosition(sequence: 1, id: UUID())) },
        ]
        let plans = try await plans(of: "SELECT") { store in
            for read in reads { try await store.read(read) }
        }
        #expect(plans.count >= reads.count)
        // A start compares all names and all removed keys with the journal, which has as many lines.
        let compared = ["SCAN namespaces", "SCAN organizations", "SCAN removed_keys"]
        for (statement, plan) in plans where !compared.contains(where: { plan.first?.hasPrefix($0) == true }) {
            expectIndexed(plan, of: statement)
        }
    }

    @Test("The check at a start ends at the first signed row and at the first account, however many follow")
    func firstRows() async throws {
        let plans = try await plans(of: "SELECT") { store in
            try await store.read { reader in
                _ = try reader.hasSignedRows()
                _ = try reader.firstNamespace()
            }
        }
        #expect(plans.count == 6)
        for (statement, plan) in plans {
            #expect(
                statement.hasSuffix("LIMIT 1") && plan.count == 1 && !plan.contains { $0.contains("TEMP B-TREE") }, "\(statement): \(plan)")
        }
    }

    /// A change, and the statements that it runs.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let write: @Sendable (any StoreWriter) throws -> Void

        init(_ description: String, _ write: @escaping @Sendable (any StoreWriter) throws -> Void) {
            testDescription = description
            self.write = write
        }

        static let all = [
            Change("update a repository") { try $0.update(Sample.repository()) },
            Change("insert a repository") { try $0.insert(Sample.repository()) },
            Change("delete a repository") { try $0.delete(Sample.repository()) },
            Change("make unreachable repositories due") { try $0.makeDue(unreachableOn: Sample.authority(), at: Sample.date(), limit: 9) },
            Change("make rejected repositories due") { try $0.makeDue(rejectedWithLoginOf: UUID(), at: Sample.date(), limit: 9) },
            Change("postpone rejected repositories") {
                _ = try $0.postpone(othersRejectedWithLoginOf: UUID(), to: Sample.date(), limit: 9)
            },
            Change("note a push") { try $0.note(Repository.Use(date: Sample.date(), account: "carol"), ofPush: true, on: UUID()) },
            Change("store a registry") { try $0.upsert(Registry(authority: Sample.authority(), isSSL: true)) },
            Change("configure a registry") { try $0.configure(Registry(authority: Sample.authority(), isSSL: true)) },
            Change("rewrite certificate authorities") { _ = try $0.rewriteCertificateAuthorities { $0 } },
            Change("mark a credential") { try $0.mark(Sample.credential(), as: [1]) },
            Change("insert a credential") { try $0.insert(Sample.credential(), sealedWith: "k", at: Sample.date()) },
            Change("replace a credential") { try $0.replace(Sample.credential(UUID(), version: 2), sealedWith: "k", at: Sample.date()) },
            Change("delete a credential") { try $0.deleteCredential(UUID()) },
            Change("rewrap a credential") { try $0.rewrap(Sample.credential(), as: [1], sealedWith: "k") },
            Change("insert an account") { try $0.insert(Sample.account("carol")) },
            Change("update an account") { try $0.update(Sample.account("carol")) },
            Change("delete a robot") { try $0.deleteRobot(UUID()) },
            Change("insert an API key") { try $0.insert(Sample.apiKey(of: Sample.account("carol"))) },
            Change("update an API key") { try $0.update(Sample.apiKey(of: Sample.account("carol"))) },
            Change("revoke an API key") { try $0.revoke("abcdefghijkl", at: Sample.date()) },
            Change("note the use of an API key") { try $0.noteUse(["abcdefghijkl": Sample.date()]) },
            Change("insert an organization") { try $0.insert(Sample.organization("acme")) },
            Change("note the creator of an organization") { try $0.note(UUID(), asCreatorOf: Sample.team()) },
            Change("delete an organization") { try $0.deleteOrganization(Sample.team()) },
            Change("store a membership") {
                let membership = Membership(
                    organization: try Sample.organization(), account: try Sample.account("carol"), permission: .read, created: Sample.date()
                )
                try $0.put(membership)
            },
            Change("delete a membership") { try $0.deleteMembership(of: UUID(), in: Sample.team()) },
            Change("declare a service") { try $0.insert(Sample.service("web", "registry.example/a")) },
            Change("change a service") { try $0.update(Sample.service("web", "registry.example/a")) },
            Change("terminate a service") { try $0.delete(Sample.service("web", "registry.example/a")) },
            Change("replace the report of an agent") { writer in
                let account = try Sample.account()
                let agent = try Sample.agent(of: account)
                try writer.insert(account)
                for state in [Service.State.running, .stopped] {
                    let services = [try Sample.reported("web", "registry.example/a", state: state)]
                    try writer.put(agent, services: services, in: [Sample.team()]) { UUID() }
                }
                try writer.put(agent, services: [], in: []) { UUID() }
            },
            Change("remove an agent") { try $0.deleteAgent(UUID()) },
            Change("record an action") { try $0.record(Sample.action()) },
            Change("record the outcome of an action") { try $0.end(Sample.action()) },
        ]
    }

    @Test("Changes find rows by an index, also those that foreign keys refer to", arguments: Change.all)
    func changes(_ change: Change) async throws {
        let plans = try await plans(of: "DELETE", "UPDATE", "SELECT", "INSERT") { store in
            // Most of them find nothing to change and throw.
            do { try await store.write(change.write) } catch is StoreError {}
        }
        for (statement, plan) in plans {
            // An INSERT of values searches nothing.
            let steps = plan.filter { $0 != "SCAN CONSTANT ROW" }
            if !steps.isEmpty { expectIndexed(steps, of: statement) }
        }
    }

    @Test("A new deployment secret deletes all login marks, which the index of marks finds")
    func loginMarks() async throws {
        let plans = try await plans(of: "UPDATE") { store in try await store.write { try $0.deleteLoginMarks() } }
        #expect(plans.map(\.plan) == [["SCAN credentials USING INDEX credentials_login_mark"]])
    }

    @Test("Pruning finds the oldest actions by the index of their end, and the counters by namespace")
    func retention() async throws {
        let plans = try await plans(of: "DELETE", "UPDATE") { store in
            _ = try await store.write { try $0.deleteActions(before: Sample.date(), limit: 100) }
        }
        #expect(plans.count == 3)
        for (statement, plan) in plans where !statement.hasPrefix("UPDATE action_revisions") {
            #expect(plan.contains { $0.hasPrefix("SEARCH actions USING COVERING INDEX actions_ended (ended<?)") }, "\(plan)")
            #expect(plan.contains { $0.hasPrefix("SEARCH actions USING INTEGER PRIMARY KEY (rowid=?)") }, "\(plan)")
            #expect(!plan.contains { $0.hasPrefix("SCAN action") }, "\(plan) in \(statement)")
        }
        #expect(plans.contains { $0.plan.contains { $0.hasPrefix("SEARCH action_counts") } })
    }

}
