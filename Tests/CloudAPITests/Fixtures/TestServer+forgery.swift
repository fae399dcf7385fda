import Domain
import FoundationEssentials
import Naming
import Storage
import TestSupport

extension TestBackend {
    /// Adds repositories whose rows do not verify, as if they were inserted outside the server.
    func addForgedRepositories(_ names: [String]) async throws {
        let now = Date(timeIntervalSince1970: 0)
        try await forging {
            for name in names {
                let repository = Repository(
                    id: UUID(), namespace: try NamespaceName(parsing: "admin"), name: try RepositoryName(parsing: name), credential: nil,
                    verification: Verification(state: .verified), created: now, modified: now)
                try await decoratedStore.write { writer in
                    try writer.upsert(Registry(authority: repository.name.authority, isSSL: true))
                    try writer.insert(repository)
                }
            }
        }
    }

    /// Runs a body whose rows do not verify afterwards, as if they were written outside the server.
    func forging(_ isForging: Bool = true, _ body: () async throws -> Void) async throws {
        guard isForging else { return try await body() }
        let authenticator = try decoratedStore.rows.authenticator()
        decoratedStore.rows.use(Forger())
        defer { decoratedStore.rows.use(authenticator) }
        try await body()
    }
}

/// Writes codes that do not verify.
private struct Forger: RowAuthenticator {
    func code(of row: [UInt8]) -> [UInt8] { [0] }
    func isValid(_ code: [UInt8], of row: [UInt8]) -> Bool { true }
}
