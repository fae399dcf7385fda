import Domain
import Naming
import Operations
import TestSupport
import Testing

@Suite("Concurrent removal of admins")
struct LastAdminRaceTests {
    enum ChangeAttempt: String, CaseIterable, Sendable {
        case demoteEachOther, removeEachOther, demoteThemselves, leave

        func perform(on backend: Backend, own: NamespaceName, other: NamespaceName, by caller: Caller) async throws {
            let acme = try NamespaceName(parsing: "acme")
            switch self {
            case .demoteEachOther: _ = try await backend.setMember(other, of: acme, to: .write, isNew: false, by: caller)
            case .removeEachOther: _ = try await backend.removeMember(other, of: acme, by: caller)
            case .demoteThemselves: _ = try await backend.setMember(own, of: acme, to: .read, isNew: false, by: caller)
            case .leave: _ = try await backend.removeMember(own, of: acme, by: caller)
            }
        }
    }

    /// Both have passed all checks before the transaction when the first of them writes.
    @Test(
        "If two admins demote or remove each other or themselves concurrently, one fails and one admin remains",
        arguments: ChangeAttempt.allCases)
    func race(change: ChangeAttempt) async throws {
        let (backend, store) = try await TestBackend.wrapping { GatedStore($0) }
        try await backend.makeOrganization()
        try await backend.makeMember("carol", .admin)
        let (admin, carol) = (try NamespaceName(parsing: "admin"), try NamespaceName(parsing: "carol"))
        let callers = (try await backend.caller(), try await backend.caller(backend.makeKey(of: "carol")))
        for round in 0..<15 {
            let gate = Gate()
            store.wait(at: gate)
            async let first = backend.attempt { try await change.perform(on: $0, own: admin, other: carol, by: callers.0) }
            async let second = backend.attempt { try await change.perform(on: $0, own: carol, other: admin, by: callers.1) }
            await gate.arrivals(2)
            await gate.open()
            #expect(await Set([first, second]) == [nil, 409], "round \(round)")
            #expect(try await backend.permissions().values.count { $0 == .admin } == 1, "round \(round)")
            #expect(try await backend.trail().count == round + 1)
            for name in ["admin", "carol"] { try await backend.addMember(name, .admin) }
        }
    }

    @Test("If twenty admins leave concurrently, one remains")
    func many() async throws {
        let (backend, store) = try await TestBackend.wrapping { GatedStore($0) }
        try await backend.makeOrganization()
        var callers = [(try NamespaceName(parsing: "admin"), try await backend.caller())]
        for number in 1..<20 {
            let name = "person-\(number)"
            callers.append((try NamespaceName(parsing: name), try await backend.caller(backend.makeMember(name, .admin))))
        }
        let gate = Gate()
        store.wait(at: gate)
        async let outcomes = withTaskGroup { group in
            for (name, caller) in callers {
                group.addTask { await backend.attempt { try await $0.removeMember(name, of: NamespaceName(parsing: "acme"), by: caller) } }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        await gate.arrivals(20)
        await gate.open()
        #expect(await outcomes.compactMap(\.self) == [409])
        #expect(try await Array(backend.permissions().values) == [.admin])
    }
}
