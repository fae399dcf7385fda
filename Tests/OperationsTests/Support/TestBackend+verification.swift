import Domain
import Naming
import Operations
import RegistryClient
import Storage
import StorageSQLite
import TestSupport
import Testing

/// Direct access to stored verifications.
extension TestBackend {
    /// Stores a changed verification of a repository of the administrator.
    @discardableResult
    func setVerification(_ name: String, _ change: @Sendable (inout Verification) -> Void) async throws -> Repository {
        var repository = try await inspect(name)
        change(&repository.verification)
        try await store.write { [repository] in try $0.update(repository) }
        return repository
    }

    /// The stored registry, without authorization.
    func knownRegistry(_ authority: String) async throws -> Registry? {
        try await store.read { try $0.registry(RegistryAuthority(parsing: authority)) }
    }

    /// The actions of the administrator's namespace without a caller.
    func backgroundActions() async throws -> [Action] {
        try await trail(of: "admin").filter { !$0.origin.isCall }
    }
}

extension VerificationOutcome {
    static let silence = VerificationOutcome(verdict: .inconclusive(reason: "no answer"), isReached: false)
    static let unknownHost = VerificationOutcome(verdict: .unknownHost(reason: "no such host name"), isReached: false)
    static let reachable = VerificationOutcome(verdict: .reachable)
}
