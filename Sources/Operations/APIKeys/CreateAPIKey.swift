package import Domain
import FoundationEssentials
package import Naming
import Sealing
import Storage

/// What a new API key is to be.
package struct APIKeyInput: Sendable {
    /// Whose it is; nil for the caller's.
    package var account: AccountName?
    package var label: String
    package var scopes: Set<Scope>
    package var days: Int
    package var restriction: APIKey.Restriction

    /// What a key may do for which nothing else was asked.
    package static let scopes: Set<Scope> = [.repositoryRead, .pull]
    package static let days = 90

    static let maximumDays = 365
    private static let maximumLabelLength = 100
    private static let maximumPatterns = 100

    package init(
        account: AccountName?, label: String?, scopes: Set<Scope>?, days: Int?, restriction: APIKey.Restriction
    ) {
        self.account = account
        self.label = label ?? ""
        self.scopes = scopes ?? Self.scopes
        self.days = days ?? Self.days
        self.restriction = restriction
    }

    private var lifetime: TimeInterval { Double(days) * 24 * 60 * 60 }

    /// When a key that is created now ends: one for the account of its maker no later than the maker.
    fileprivate func end(after now: Date, madeWith maker: APIKey, for account: Account) -> Date {
        let end = now + lifetime
        return account.id == maker.account ? min(end, maker.expires ?? end) : end
    }

    fileprivate func check(for identity: Identity) throws(RequestError) {
        guard label.unicodeScalars.count <= Self.maximumLabelLength,
            label.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw .invalid("label must have at most \(Self.maximumLabelLength) characters, and no control characters") }
        guard !APIKeySecret.isPresent(in: label.utf8) else { throw .invalid("label holds an API key: revoke that one") }
        guard (1...Self.maximumDays).contains(days) else { throw .invalid("expires_days must be from 1 to \(Self.maximumDays)") }
        guard !scopes.isEmpty else { throw .invalid("scopes is empty: a key without any is good for nothing") }
        guard restriction.repositories.count <= Self.maximumPatterns else {
            throw .invalid("repositories has more than \(Self.maximumPatterns) entries")
        }
        let missing = scopes.subtracting(identity.scopes).map(\.rawValue).sorted()
        guard missing.isEmpty else {
            throw .forbidden("The API key of this call lacks what the new one is to have: \(missing.joined(separator: ", "))")
        }
    }
}

extension Backend {
    /// Creates an API key, for the caller or for an account whose keys the caller may manage. It may do no more
    /// than the key of the call, and for the account of that key it ends no later.
    package func createAPIKey(
        _ input: APIKeyInput, by caller: Caller
    ) async throws -> Recorded<(key: APIKey, account: Account, secret: APIKeySecret)> {
        let started = clock.now()
        try Authorize.checkAccount(of: caller.identity)
        try input.check(for: caller.identity)
        let grant = try await authorizeKeys(of: input.account, by: caller)
        let account = grant.account
        if let namespace = input.restriction.namespace { try await checkPart(grant, in: namespace) }
        var generator = SystemRandomNumberGenerator()
        let secret = APIKeySecret.mint(using: &generator)
        let action = action(.apiKeyCreate, on: .apiKey(secret.keyID), in: account.name.namespace, started: started, by: caller)
        let key = APIKey(
            id: secret.keyID, account: account.id, hash: hasher.hash(secret), label: input.label, scopes: input.scopes,
            restriction: input.restriction, created: action.ended,
            expires: input.end(after: action.ended, madeWith: caller.identity.key, for: account), madeWith: caller.identity.key.id)
        try await store.write(with: grant) { writer in
            guard try writer.account(account.name)?.id == account.id else { throw StoreError.stale }
            try writer.checkLive(caller.identity.key.id, at: action.ended)
            try writer.insert(key)
            try writer.record(action)
        }
        return Recorded(value: (key, account, secret), action: action)
    }

    private func checkPart(_ grant: KeyGrant, in namespace: NamespaceName) async throws {
        let account = grant.account
        guard account.name != AccountName(namespace) else { return }
        guard try await store.read(with: grant, { try $0.permission(of: account.id, in: namespace) }) != nil else {
            throw RequestError.invalid("The account '\(account.name)' has no part in a namespace '\(namespace)'")
        }
    }
}

extension StoreReader {
    /// Asked within the transaction that creates a key: a key that was revoked meanwhile leaves none behind.
    func checkLive(_ maker: APIKey.ID, at now: Date) throws {
        guard try apiKey(maker)?.key.isLive(at: now) == true else { throw RequestError.unauthenticated }
    }
}
