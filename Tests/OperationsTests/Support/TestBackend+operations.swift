import Domain
import Naming
import Operations
import RegistryClient
import TestSupport

/// Shortcuts for operations: names as text, with the administrator as caller by default.
extension TestBackend {
    @discardableResult
    func register(
        _ name: String, _ username: String? = nil, _ password: String? = nil, verify requested: RequestedVerification = .unspecified,
        by key: APIKeySecret? = nil
    ) async throws -> Recorded<Repository> {
        try await throwingCause {
            try await backend.registerRepository(
                RepositoryName(parsing: name), with: CredentialInput(username, password), in: nil, verify: requested, by: caller(key))
        }
    }

    @discardableResult
    func update(
        _ name: String, _ username: String? = nil, _ password: String? = nil, newName: String? = nil,
        verify requested: RequestedVerification = .unspecified, by key: APIKeySecret? = nil
    ) async throws -> Recorded<Repository> {
        try await throwingCause {
            try await backend.updateRepository(
                RepositoryName(parsing: name), with: CredentialInput(username, password),
                newName: newName.map { try RepositoryName(parsing: $0) }, in: nil, verify: requested, by: caller(key))
        }
    }

    @discardableResult
    func remove(_ name: String, by key: APIKeySecret? = nil) async throws -> Recorded<Void> {
        try await backend.removeRepository(RepositoryName(parsing: name), in: nil, by: caller(key))
    }

    @discardableResult
    func verifyAgain(_ name: String, push: Bool = false, by key: APIKeySecret? = nil) async throws -> Recorded<Repository> {
        try await throwingCause {
            try await backend.verifyAgain(RepositoryName(parsing: name), push: push, in: nil, by: caller(key))
        }
    }

    @discardableResult
    func configure(
        _ authority: String, approved: Bool? = nil, plain: Bool? = nil, ca: String? = nil, realm: String? = nil,
        by key: APIKeySecret? = nil
    ) async throws -> Recorded<Registry> {
        let change = RegistryChange(isApproved: approved, isPlainHTTP: plain, certificateAuthorities: ca, realm: realm)
        return try await backend.configureRegistry(RegistryAuthority(parsing: authority), change, in: nil, by: caller(key))
    }

    func registry(_ authority: String, by key: APIKeySecret? = nil) async throws -> Registry {
        try await backend.inspectRegistry(RegistryAuthority(parsing: authority), in: nil, by: caller(key))
    }

    func inspect(_ name: String, by key: APIKeySecret? = nil) async throws -> Repository {
        try await backend.inspectRepository(RepositoryName(parsing: name), in: nil, by: caller(key))
    }

    func actions(by key: APIKeySecret? = nil) async throws -> [Action] {
        try await backend.listActions(in: nil, where: ActionFilter(), page: .everything(), by: caller(key)).items
    }
}

extension CredentialInput {
    init(_ username: String?, _ password: String?) {
        self.init(username: username.map(Secret.init), password: password.map(Secret.init))
    }
}

extension VerificationOutcome {
    static let refusal = VerificationOutcome(
        verdict: .refused(reason: "UNAUTHORIZED: authentication required"), isLoginRefused: true)
}
