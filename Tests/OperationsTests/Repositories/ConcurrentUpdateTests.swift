import Domain
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

@Suite("Concurrent updates")
struct ConcurrentUpdateTests {
    static let name = "registry.example/team/image"

    /// The requests of two clients, and the allowed results.
    struct Race: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var old: (String, String)? = ("user", "secret")
        let first: (String?, String?)
        let second: (String?, String?)
        let outcomes: [Login?]

        /// The action of the update that fails: unless it makes the repository public, it has recorded the use of a credential.
        func trace(ofSecond isSecond: Bool) -> [Action.State] {
            let loser = isSecond ? second : first
            return loser.0 == "" ? [] : [.inProgress]
        }

        static let all = [
            Race(testDescription: "both whole", first: ("a", "1"), second: ("b", "2"), outcomes: [Login("a", "1"), Login("b", "2")]),
            Race(
                testDescription: "one member each", first: ("a", nil), second: (nil, "2"),
                outcomes: [Login("a", "secret"), Login("user", "2")]),
            Race(testDescription: "one publishes", first: ("", ""), second: ("b", "2"), outcomes: [nil, Login("b", "2")]),
            Race(
                testDescription: "on a public one", old: nil, first: ("a", "1"), second: ("b", "2"),
                outcomes: [Login("a", "1"), Login("b", "2")]),
        ]
    }

    @Test("Exactly one of two concurrent updates of the same version succeeds, and their credentials are not mixed", arguments: Race.all)
    func two(race: Race) async throws {
        let verifier = StubVerifier()
        let backend = try await TestBackend(verifier: verifier)
        try await backend.register(Self.name, race.old?.0, race.old?.1)
        let gate = Gate()
        verifier.answer { _ in
            await gate.pass()
            return StubVerifier.accepting
        }
        async let first = backend.attempt(race.first)
        async let second = backend.attempt(race.second)
        await gate.arrivals(2)
        await gate.open()
        let results = await [first, second]
        #expect(results.count { $0 == nil } == 1)
        #expect(results.compactMap(\.self) == [.stale])
        let states = try await backend.actions().map(\.state)
        #expect(states.count { $0 == .success } == 2)
        #expect(states.filter { $0 != .success } == race.trace(ofSecond: results[1] != nil))
        let stored = try await backend.inspect(Self.name).credential == nil ? nil : backend.sealedLogin(Self.name)
        #expect(stored == race.outcomes[results[0] == nil ? 0 : 1])
        #expect(try RawDatabase(backend).count("credential_secrets") == (stored == nil ? 0 : 1))
    }

    @Test("Concurrent updates are applied one after the other")
    func many() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let winners = await withTaskGroup { group in
            for number in 0..<20 {
                group.addTask { await backend.attempt(("user\(number)", "secret\(number)")) == nil ? number : nil }
            }
            return await group.reduce(into: [Int]()) { $0 += $1.map { [$0] } ?? [] }
        }
        #expect(!winners.isEmpty)
        #expect(try await backend.inspect(Self.name).credential?.version == 1 + winners.count)
        #expect(try await backend.actions().count { $0.state == .success } == 1 + winners.count)
        let stored = try await backend.sealedLogin(Self.name)
        #expect(winners.map { Login("user\($0)", "secret\($0)") }.contains(stored))
    }

    @Test("An update does not restore a repository that was removed during the verification", arguments: [true, false])
    func removed(isPublic: Bool) async throws {
        let (backend, error) = try await meanwhile(isPublic: isPublic) { try await $0.remove(Self.name) }
        #expect(error == .stale)
        let raw = try RawDatabase(backend)
        #expect(try raw.count("repositories") == 0)
        #expect(try raw.count("credentials") == 0)
        #expect(try raw.count("credential_secrets") == 0)
        #expect(try await backend.successes() == [.repositoryDelete, .repositoryCreate])
    }

    @Test(
        "An update does not change a repository that was registered again during the verification", arguments: [true, false], [true, false])
    func registeredAnew(wasPublic: Bool, isPublic: Bool) async throws {
        let (backend, error) = try await meanwhile(isPublic: wasPublic) {
            try await $0.remove(Self.name)
            try await $0.register(Self.name, isPublic ? nil : "anew", isPublic ? nil : "other")
        }
        #expect(error == .stale)
        #expect(try await backend.successes() == [.repositoryCreate, .repositoryDelete, .repositoryCreate])
        #expect(try RawDatabase(backend).count("credentials") == (isPublic ? 0 : 1))
        if isPublic {
            #expect(try await backend.inspect(Self.name).credential == nil)
        } else {
            #expect(try await backend.inspect(Self.name).credential?.version == 1)
            #expect(try await backend.sealedLogin(Self.name) == Login("anew", "other"))
        }
    }

    /// Updates a repository, and runs another operation during the request to the registry.
    private func meanwhile(isPublic: Bool, _ body: (TestBackend) async throws -> Void) async throws -> (TestBackend, StoreError?) {
        let verifier = StubVerifier()
        let backend = try await TestBackend(verifier: verifier)
        try await backend.register(Self.name, isPublic ? nil : "user", isPublic ? nil : "secret")
        let gate = Gate()
        verifier.answer { _ in
            await gate.pass()
            return StubVerifier.accepting
        }
        async let result = backend.attempt(("new", "fresh"))
        await gate.arrivals(1)
        verifier.answer { _ in StubVerifier.accepting }
        try await body(backend)
        await gate.open()
        return (backend, await result)
    }
}

extension TestBackend {
    fileprivate func successes() async throws -> [Action.Kind] {
        try await actions().filter { $0.state == .success }.map(\.kind)
    }

    /// nil if the update succeeded.
    fileprivate func attempt(_ input: (String?, String?)) async -> StoreError? {
        do {
            try await update(ConcurrentUpdateTests.name, input.0, input.1)
            return nil
        } catch let error as StoreError {
            return error
        } catch {
            return .unavailable("\(error)")
        }
    }
}
