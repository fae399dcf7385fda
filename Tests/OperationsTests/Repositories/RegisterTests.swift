import Domain
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Registering a repository")
struct RegisterTests {
    @Test("A repository is stored under its canonical name, with the current date")
    func stored() async throws {
        let backend = try await TestBackend()
        let recorded = try await backend.register("INDEX.docker.io/ubuntu", "user", "secret")
        #expect(recorded.value.name.description == "docker.io/library/ubuntu")
        #expect(recorded.value.namespace.description == "admin")
        #expect(recorded.value.created == backend.clock.clock.now())
        #expect(recorded.value.modified == recorded.value.created)
        #expect(recorded.value.credential?.version == 1)
        #expect(!recorded.value.isInUse)
        #expect(try await backend.inspect("ubuntu") == recorded.value)
    }

    @Test("The credential is verified with exactly that repository")
    func asked() async throws {
        let backend = try await TestBackend()
        try await backend.register("registry.example:5000/team/image", "user", "secret")
        let question = try #require(backend.verifier.requests.first)
        #expect(backend.verifier.requests.count == 1)
        #expect(question.name.description == "registry.example:5000/team/image")
        #expect(question.credential.map(Login.init) == Login("user", "secret"))
    }

    @Test("A repository without a credential is public: none is stored or sent", arguments: [nil, ""])
    func publicRepository(absent: String?) async throws {
        let backend = try await TestBackend()
        let recorded = try await backend.register("registry.example/team/image", absent, absent)
        let raw = try RawDatabase(backend)
        #expect(recorded.value.credential == nil)
        #expect(try raw.count("credentials") == 0)
        #expect(try raw.count("credential_secrets") == 0)
        #expect(backend.verifier.requests.map(\.credential) == [nil])
    }

    @Test(
        "A duplicate under any spelling is reported before a request to the registry",
        arguments: ["ubuntu", "library/ubuntu", "docker.io/ubuntu", "Index.Docker.IO/library/ubuntu", "registry-1.docker.io/ubuntu"])
    func duplicate(spelling: String) async throws {
        let backend = try await TestBackend()
        try await backend.register("ubuntu")
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        await expectFault(409) { try await backend.register(spelling, "user", "secret") }
        #expect(backend.verifier.requests.count == 1)
        #expect(try raw.everything() == before)
    }

    @Test("Two namespaces may have the same repository, each with its own credential")
    func twoNamespaces() async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAccount("others")
        try await backend.register("registry.example/team/image", "user", "mine")
        try await backend.register("registry.example/team/image", "user", "theirs", by: key)
        #expect(try await backend.sealedLogin("registry.example/team/image") == Login("user", "mine"))
        #expect(try await backend.sealedLogin("registry.example/team/image", by: key) == Login("user", "theirs"))
    }

    @Test("Exactly one of fifty concurrent registrations succeeds; the others fail and leave nothing")
    func fifty() async throws {
        let gate = Gate()
        let verifier = StubVerifier { _ in
            await gate.pass()
            return StubVerifier.accepting
        }
        let backend = try await TestBackend(verifier: verifier)
        async let results = withTaskGroup { group in
            for number in 0..<50 {
                group.addTask { () -> Result<String, any Error> in
                    do {
                        try await backend.register("registry.example/team/image", "user\(number)", "secret\(number)")
                        return .success("\(number)")
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        await gate.arrivals(50)
        await gate.open()
        let winners = await results.compactMap { try? $0.get() }
        let faults = await results.compactMap { if case .failure(let error) = $0 { error as? RequestError } else { nil } }
        let winner = try #require(winners.first)
        #expect(backend.verifier.requests.count == 50)
        #expect(Set(backend.verifier.requests.map(\.credential)).count == 50, "each credential is sent once")
        #expect(winners.count == 1)
        #expect(faults.map(\.status) == Array(repeating: 409, count: 49))
        let raw = try RawDatabase(backend)
        for table in ["repositories", "credentials", "credential_secrets", "registries"] {
            #expect(try raw.count(table) == 1, "\(table)")
        }
        #expect(try await backend.actions().count { $0.state == .success } == 1)
        #expect(try await backend.sealedLogin("registry.example/team/image") == Login("user\(winner)", "secret\(winner)"))
    }
}
