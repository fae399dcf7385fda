import Domain
import RegistryClient
import Sealing
import Storage
import TestSupport
import Testing

/// The files, or a backup of them, reveal no credential.
@Suite("A stolen database")
struct StolenDatabaseTests {
    static let name = "registry.example/team/image"

    @Test("No file of the data directory contains a credential in any encoding")
    func canary() async throws {
        let backend = try await TestBackend()
        let folder = "\(backend.directory.path)/data"
        try await backend.register(Self.name, Canary.username, Canary.password)
        // Control: the search finds values that are stored in clear text.
        #expect(try Canary.traces(in: folder, of: [Self.name]).contains { $0.hasPrefix("lighterman.sqlite-wal") })
        #expect(try Canary.traces(in: folder) == [])

        try await backend.update(Self.name, nil, Canary.password + "2")
        try await backend.update(Self.name, Canary.username + "2", nil)
        #expect(try Canary.traces(in: folder) == [])

        backend.verifier.answer { _ in .refusal }
        await expectFault(400) { try await backend.update(Self.name, Canary.username, Canary.password) }
        await expectFault(400) { try await backend.register("registry.example/team/other", Canary.username, Canary.password) }
        backend.verifier.answer { _ in StubVerifier.accepting }
        await expectFault(409) { try await backend.register(Self.name, Canary.username, Canary.password) }
        #expect(try Canary.traces(in: folder) == [])

        try await backend.remove(Self.name)
        #expect(try Canary.traces(in: folder) == [])
    }

    @Test("The search finds every encoding")
    func search() throws {
        let folder = try TemporaryDirectory()
        for spelling in Canary.spellings {
            try folder.write("before" + spelling + "after", to: "file")
            #expect(try Canary.traces(in: folder.path).contains("file: \(spelling)"))
        }
        try folder.write("before" + Canary.password.dropLast() + Canary.username.dropLast(), to: "file")
        #expect(try Canary.traces(in: folder.path) == [])
    }

    @Test("The database contains no API key, neither complete nor without its prefix and checksum")
    func apiKey() async throws {
        let backend = try await TestBackend()
        let text = backend.key.revealed()
        let secret = String(text.dropFirst(16).prefix(43))
        let patterns = [text, secret, Canary.base64(text), Canary.base64("admin:\(text)")] + Canary.spellings(of: secret)
        #expect(try Canary.traces(in: "\(backend.directory.path)/data", of: patterns) == [])
    }

    @Test("A stored envelope with any single byte changed does not open, and nothing is sent")
    func everyByte() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let raw = try RawDatabase(backend)
        let envelope = try #require(try raw.envelope())
        for position in envelope.indices {
            var changed = envelope
            changed[position] ^= 1 << UInt8(position % 8)
            try raw.setEnvelope(changed)
            await #expect(throws: StoreError.self, "byte \(position)") { try await backend.update(Self.name, "another", nil) }
        }
        for changed in [[], Array(envelope.dropLast()), envelope + [0], Array("user:secret".utf8)] {
            try raw.setEnvelope(changed)
            await #expect(throws: StoreError.self) { try await backend.update(Self.name, "another", nil) }
        }
        #expect(backend.verifier.requests.count == 1)
        try raw.setEnvelope(envelope)
        #expect(try await backend.sealedLogin(Self.name) == Login("user", "secret"))
    }
}

extension RawDatabase {
    fileprivate func envelope() throws -> [UInt8]? { try bytes("SELECT envelope FROM credential_secrets") }

    fileprivate func setEnvelope(_ envelope: [UInt8]) throws {
        try run("UPDATE credential_secrets SET envelope = \(RawDatabase.literal(envelope))")
    }
}
