import Domain
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Disabling users")
struct DisableUserTests {
    @Test("Disabling a user invalidates all keys at once; enabling makes them valid again")
    func keys() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        let another = try await backend.makeKey(of: "carol")
        for isDisabled in [true, false, true] {
            let recorded = try await backend.updateUser("carol", isDisabled: isDisabled)
            #expect(recorded.value.isDisabled == isDisabled)
            #expect(recorded.action?.kind == .userUpdate)
            #expect(await backend.isAlive(carol) == !isDisabled)
            #expect(await backend.isAlive(another) == !isDisabled)
        }
        #expect(await backend.isAlive(backend.key))
        #expect(try await backend.trail(of: "admin").count == 3)
    }

    @Test("An update without a change is not recorded", arguments: [nil, false])
    func unchanged(isDisabled: Bool?) async throws {
        let backend = try await TestBackend()
        try await backend.makeAccount("carol")
        let recorded = try await backend.updateUser("carol", isDisabled: isDisabled)
        #expect(recorded.action == nil)
        #expect(recorded.value.name.description == "carol" && !recorded.value.isDisabled)
        #expect(try await backend.trail(of: "admin").isEmpty)
        await expectFault(404) { try await backend.updateUser("nobody", isDisabled: isDisabled) }
    }

    @Test("The last enabled server administrator cannot be disabled")
    func last() async throws {
        let backend = try await TestBackend()
        try await backend.createUser("carol")
        let fault = await expectFault(409) { try await backend.updateUser("admin", isDisabled: true) }
        #expect(fault?.message == "'admin' is the last server administrator: create another one first")
        try await backend.createUser("dora", isAdministrator: true)
        try await backend.updateUser("dora", isDisabled: true)
        await expectFault(409) { try await backend.updateUser("admin", isDisabled: true) }
        #expect(await backend.isAlive(backend.key))
        try await backend.updateUser("dora", isDisabled: false)
        try await backend.updateUser("admin", isDisabled: true)
        #expect(await !backend.isAlive(backend.key))
        #expect(try await backend.store.read { try $0.administratorCount() } == 1)
    }

    @Test("If two administrators disable each other concurrently, one stays enabled")
    func race() async throws {
        let (backend, store) = try await TestBackend.wrapping { GatedStore($0) }
        try await backend.createUser("dora", isAdministrator: true)
        let dora = try await backend.makeKey(of: "dora")
        let callers = [try await backend.caller(), try await backend.caller(dora)]
        for round in 0..<10 {
            let gate = Gate()
            store.wait(at: gate)
            async let first = backend.attempt { try await $0.updateUser(NamespaceName(parsing: "dora"), isDisabled: true, by: callers[0]) }
            async let second = backend.attempt {
                try await $0.updateUser(NamespaceName(parsing: "admin"), isDisabled: true, by: callers[1])
            }
            await gate.arrivals(2)
            await gate.open()
            #expect(await Set([first, second]) == [nil, 409], "\(round)")
            store.wait(at: nil)
            #expect(try await backend.store.read { try $0.administratorCount() } == 1, "\(round)")
            try await backend.store.write { writer in
                for name in ["admin", "dora"] {
                    var account = try #require(try writer.account(AccountName(parsing: name)))
                    account.isDisabled = false
                    try writer.update(account)
                }
            }
        }
    }

    @Test("A user is not disabled if the action cannot be recorded")
    func unrecorded() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        try RawDatabase(backend).forbidActions()
        await #expect(throws: (any Error).self) { try await backend.updateUser("carol", isDisabled: true) }
        await #expect(throws: (any Error).self) { try await backend.createUser("dave") }
        #expect(await backend.isAlive(carol))
        #expect(try await backend.store.read { try $0.account(AccountName(parsing: "dave")) } == nil)
    }
}

extension TestBackend {
    /// The status of the error; nil for a success.
    func attempt<Value>(_ body: (Backend) async throws -> Value) async -> Int? {
        do {
            _ = try await body(backend)
            return nil
        } catch {
            return (error as? RequestError)?.status ?? 500
        }
    }
}
