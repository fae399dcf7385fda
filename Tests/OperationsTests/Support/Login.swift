import Domain
import RegistryClient
import TestSupport
import Testing

/// A user name and a password as bytes, because strings with different bytes can be equal (`é` has two encodings).
struct Login: Hashable {
    let username: [UInt8]
    let password: [UInt8]

    init(_ username: String, _ password: String) {
        self.username = Array(username.utf8)
        self.password = Array(password.utf8)
    }

    init(_ credential: Credential) {
        self.init(credential.username.revealed(), credential.password.revealed())
    }
}

extension TestBackend {
    /// The sealed credential of a repository, taken from the requests of two updates with a single member each. The registry refuses them,
    /// so nothing changes.
    func sealedLogin(_ name: String, by key: APIKeySecret? = nil) async throws -> Login {
        verifier.answer { _ in .refusal }
        defer { verifier.answer { _ in StubVerifier.accepting } }
        await #expect(throws: RequestError.self) { try await update(name, "probe", nil, by: key) }
        let password = try #require(verifier.requests.last?.credential).password
        await #expect(throws: RequestError.self) { try await update(name, nil, "probe", by: key) }
        let username = try #require(verifier.requests.last?.credential).username
        return Login(username.revealed(), password.revealed())
    }
}
