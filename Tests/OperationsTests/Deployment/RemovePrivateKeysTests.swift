import Domain
import Foundation
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Private keys in stored CA certificates") struct RemovePrivateKeysTests {
    private static let canary = "MC4CAQAwBQYDK2VwBCIEIcanaryCanaryCANARYcanaryCanaryCANARYcanary"

    private static func key(_ kind: String = "") -> String {
        "-----BEGIN \(kind)PRIVATE KEY-----\n\(canary)\n-----END \(kind)PRIVATE KEY-----\n"
    }

    private static let large = (0..<400).map { _ in canary }.joined(separator: "\n")

    /// A backend whose registries have these stored certificates.
    private func backend(_ certificates: [String: String?]) async throws -> TestBackend {
        let backend = try await TestBackend()
        try await backend.store.write { writer in
            for (name, text) in certificates {
                let trust = RegistryTrust(isApproved: true, certificateAuthorities: text, realm: "https://auth.example/token")
                try writer.configure(Registry(authority: try RegistryAuthority(parsing: name), isSSL: true, trust: trust))
            }
        }
        return backend
    }

    private func remove(from backend: TestBackend) async throws -> [RowName] {
        try await RemovePrivateKeys(store: backend.store, clock: backend.clock.clock).run()
    }

    private func registry(_ name: String, in backend: TestBackend) async throws -> Registry? {
        try await backend.store.read { try $0.registry(RegistryAuthority(parsing: name)) }
    }

    @Test(
        "The key is removed, the certificates remain, and the row is signed again",
        arguments: [
            (key() + SamplePEM.authority, SamplePEM.authority), (SamplePEM.authority + key("RSA "), SamplePEM.authority),
            ("# both\n" + SamplePEM.authority + key("ENCRYPTED ") + SamplePEM.authority, SamplePEM.authority + SamplePEM.authority),
            (SamplePEM.authority + "  " + key("EC ").replacing("\n", with: "\r\n"), SamplePEM.authority), (key("OPENSSH "), nil),
            (SamplePEM.authority + key().replacing(canary, with: large), SamplePEM.authority),
        ] as [(String, String?)])
    func removed(_ stored: String, _ expected: String?) async throws {
        let backend = try await backend(["a.example": stored])
        #expect(try await remove(from: backend) == [RowName(.registry, "a.example")])
        let found = try #require(try await registry("a.example", in: backend))
        #expect(found.trust == RegistryTrust(isApproved: true, certificateAuthorities: expected, realm: "https://auth.example/token"))
        #expect(try await backend.store.write { try $0.unverifiedRows(limit: 9) }.isEmpty)
        #expect(try await remove(from: backend).isEmpty)
    }

    @Test("The files of the database contain no part of the key afterwards, while the store is open and after it was closed")
    func erased() async throws {
        for key in [Self.key(), Self.key().replacing(Self.canary, with: Self.large)] {
            let backend = try await backend(["a.example": SamplePEM.authority + key, "b.example": key + SamplePEM.authority])
            #expect(try isFound(Self.canary, in: backend))
            _ = try await remove(from: backend)
            try await backend.store.truncateLog()
            #expect(try !isFound(Self.canary, in: backend))
            try backend.store.close()
            #expect(try !isFound(Self.canary, in: backend))
        }
    }

    @Test("Certificates without a key are unchanged")
    func others() async throws {
        let texts: [String: String?] = [
            "a.example": SamplePEM.authority, "b.example": "# no PRIVATE KEY here\n" + SamplePEM.authority, "c.example": nil,
        ]
        let backend = try await backend(texts)
        let before = try RawDatabase(backend).everything()
        #expect(try await remove(from: backend).isEmpty)
        #expect(try RawDatabase(backend).everything() == before)
    }

    @Test("A row that was changed outside the server loses the key as well, and stays unverified")
    func unverified() async throws {
        let backend = try await backend(["a.example": SamplePEM.authority + Self.key()])
        try RawDatabase(backend).run("UPDATE registries SET realm = 'https://evil.example/token'")
        #expect(try await remove(from: backend) == [RowName(.registry, "a.example")])
        try await backend.store.truncateLog()
        #expect(try !isFound(Self.canary, in: backend))
        #expect(try await backend.store.write { try $0.unverifiedRows(limit: 9) }.map(\.name) == [RowName(.registry, "a.example")])
        await #expect(throws: StoreError.unverified(RowName(.registry, "a.example"))) { try await registry("a.example", in: backend) }
    }

    @Test("Each change is recorded in the audit trail as an action of the server")
    func recorded() async throws {
        let backend = try await backend([
            "a.example": Self.key() + SamplePEM.authority, "b.example:5000": Self.key(), "c.example": SamplePEM.authority,
        ])
        _ = try await remove(from: backend)
        let actions = try await backend.backend.listActions(in: nil, where: ActionFilter(), page: .everything(), by: backend.caller()).items
            .filter { $0.kind == .registryUpdate }
        let objects = try ["a.example", "b.example:5000"].map { Action.Object.registry(try RegistryAuthority(parsing: $0)) }
        #expect(Set(actions.map(\.object)) == Set(objects) && actions.count == 2)
        #expect(actions.allSatisfy { $0.state == .success && $0.reason == "a private key was removed from ca_certificate" })
        #expect(actions.allSatisfy { !$0.origin.isUserAction && $0.origin.user.isEmpty })
    }

    private func isFound(_ text: String, in backend: TestBackend) throws -> Bool {
        let folder = "\(backend.directory.path)/data"
        return try FileManager.default.contentsOfDirectory(atPath: folder).contains { name in
            try Data(contentsOf: URL(filePath: "\(folder)/\(name)")).range(of: Data(text.utf8.dropFirst(4).dropLast(4))) != nil
        }
    }
}
