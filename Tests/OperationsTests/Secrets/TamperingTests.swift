import Domain
import Naming
import Sealing
import Storage
import TestSupport
import Testing

@Suite("An edited database")
struct TamperingTests {
    @Test("A credential outside its sealing context is refused, and nothing is sent", arguments: Tampering.all)
    func refused(tampering: Tampering) async throws {
        let (backend, others) = try await deployment()
        let raw = try RawDatabase(backend)
        for statement in tampering.statements { try #require(try raw.run(statement) > 0, "\(statement)") }
        let asked = backend.verifier.requests.count
        // Not a `RequestError`: the repository exists, but its credential is refused.
        for (username, password) in [("another", nil), (nil, "another")] as [(String?, String?)] {
            let error = await #expect(throws: (any Error).self) {
                try await backend.update(tampering.used, username, password, by: tampering.isOthers ? others : nil)
            }
            #expect(error is SealingError || error is StoreError, "\(String(describing: error))")
        }
        #expect(backend.verifier.requests.count == asked)
    }

    @Test("An old version of a credential cannot be replayed")
    func replayed() async throws {
        let (backend, _) = try await deployment()
        let raw = try RawDatabase(backend)
        let isVictim = "credential = (SELECT credential FROM repositories WHERE name = '\(Tampering.victim)' AND namespace = 'admin')"
        try raw.run("CREATE TABLE kept AS SELECT envelope FROM credential_secrets WHERE \(isVictim)")
        try await backend.update(Tampering.victim, "user", "fresh")
        let asked = backend.verifier.requests.count
        try #require(try raw.run("UPDATE credential_secrets SET envelope = (SELECT envelope FROM kept) WHERE \(isVictim)") == 1)
        await #expect(throws: StoreError.self) { try await backend.update(Tampering.victim, "another", nil) }
        #expect(backend.verifier.requests.count == asked)
    }

    @Test("Requests go to the registry in the name of a repository, not in its column")
    func column() async throws {
        let (backend, _) = try await deployment()
        let raw = try RawDatabase(backend)
        try raw.run("UPDATE repositories SET authority = 'evil.example' WHERE name = '\(Tampering.victim)' AND namespace = 'admin'")
        try await backend.update(Tampering.victim, nil, "fresh")
        #expect(backend.verifier.requests.last?.name.description == Tampering.victim)
    }

    @Test("An unmodified deployment opens all credentials")
    func untouched() async throws {
        let (backend, others) = try await deployment()
        #expect(try await backend.sealedLogin(Tampering.victim) == Login("user", "secret"))
        #expect(try await backend.sealedLogin(Tampering.neighbour) == Login("user", "neighbour"))
        #expect(try await backend.sealedLogin(Tampering.evil) == Login("user", "evil"))
        #expect(try await backend.sealedLogin(Tampering.victim, by: others) == Login("user", "others"))
    }

    private func deployment() async throws -> (TestBackend, others: APIKeySecret) {
        let backend = try await TestBackend()
        let others = try await backend.makeAccount("others")
        try await backend.register(Tampering.victim, "user", "secret")
        try await backend.register(Tampering.neighbour, "user", "neighbour")
        try await backend.register(Tampering.evil, "user", "evil")
        try await backend.register(Tampering.victim, "user", "others", by: others)
        return (backend, others)
    }
}
