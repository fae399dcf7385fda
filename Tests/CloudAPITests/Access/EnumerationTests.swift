import Domain
import TestSupport
import Testing

@Suite("Account and key enumeration")
struct EnumerationTests {
    @Test("An unknown account, an unknown key and a wrong key get the same response")
    func sameAnswer() async throws {
        try await TestServer.run { server in
            var answers: Set<String> = []
            for (index, kind) in BadCredential.allCases.enumerated() where kind != .expired {
                let bad = try await kind.authorization(for: "mallory\(index)", on: server.backend)
                let response = try await server.send("GET", TestServer.repositories, as: bad)
                let varying = ["x-request-id", "date"]
                let fields = response.fields.filter { !varying.contains($0.name.lowercased()) }.map { "\($0.name): \($0.value)" }
                answers.insert("\(response.status) \(fields.sorted()) \(response.text)")
            }
            #expect(answers.count == 1)
        }
    }

    @Test("An unknown account, an unknown key and a wrong key cost the same lookup; a malformed key costs none")
    func sameWork() async throws {
        let (backend, store) = try await TroubledStore.backend()
        try await TestServer.run(on: backend) { server in
            for (index, kind) in BadCredential.allCases.enumerated() {
                let bad = try await kind.authorization(for: "mallory\(index)", on: backend)
                let before = store.reads
                _ = try await server.send("GET", TestServer.repositories, as: bad)
                let isKey = ![.none, .malformed, .password].contains(kind)
                #expect(store.reads - before == (isKey ? 1 : 0), "\(kind)")
            }
        }
    }

    @Test("The forged key has the identifier of the real one")
    func forgery() async throws {
        let key = try await TestBackend().key
        let forged = KeyForger.wrongSecret(of: key)
        #expect(forged.keyID == key.keyID)
        #expect(forged != key)
    }
}

extension TroubledStore {
    /// A backend on a store that can be made to fail.
    static func backend() async throws -> (TestBackend, TroubledStore) {
        var made: TroubledStore?
        let backend = try await TestBackend(wrap: { store in
            let troubled = TroubledStore(store)
            made = troubled
            return troubled
        })
        return (backend, try #require(made))
    }
}
