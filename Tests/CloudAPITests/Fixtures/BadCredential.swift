import Domain
import FoundationEssentials
import Operations
import TestSupport

/// The kinds of wrong credentials.
enum BadCredential: CaseIterable {
    case none, unknownKey, wrongSecret, othersAccount, malformed, password, expired, revoked, disabled

    /// Wrong credentials of this kind, for the account and, if needed, its key.
    func authorization(for account: String, on backend: TestBackend) async throws -> Authorization {
        switch self {
        case .none: return .nobody
        case .unknownKey: return .basic("admin", try await TestBackend().key)
        case .wrongSecret: return .basic("admin", KeyForger.wrongSecret(of: backend.key))
        case .othersAccount:
            _ = try await backend.makeAccount(account)
            return .basic(account, backend.key)
        case .malformed: return .field("Basic admin:\(backend.key.revealed())")
        case .password: return .field(TestServer.basic("admin:secret"))
        case .expired: return .bearer(try await backend.makeAccount(account, expires: backend.clock.clock.now()))
        case .revoked: return .bearer(try await backend.makeAccount(account, revoked: backend.clock.clock.now()))
        case .disabled: return .bearer(try await backend.makeAccount(account, isDisabled: true))
        }
    }
}
