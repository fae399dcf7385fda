package import Domain
import FoundationEssentials
package import Naming
import Sealing
import Storage

/// The attributes of a new API key.
package struct APIKeyInput: Sendable {
    /// The account that gets the key; nil for the caller's.
    package var account: AccountName?
    package var label: String
    package var scopes: Set<Scope>
    package var days: Int
    package var restriction: APIKey.Restriction

    /// The scopes of a key where the request names none.
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

    /// The expiry of a key that is created now. A key for the account of the creating key expires no later than that key.
    fileprivate func end(after now: Date, madeWith maker: APIKey, for account: Account) -> Date {
        let end = now + lifetime
        return account.id == maker.account ? min(end, maker.expires ?? end) : end
    }

    fileprivate func check(for identity: Identity) throws(RequestError) {
        guard label.unicodeScalars.count <= Self.maximumLabelLength,
            label.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw .invalid("label must have at most \(Self.maximumLabelLength) characters, and no control characters") }
        guard !APIKeySecret.isPresent(in: label.utf8) else { throw .invalid("label contains an API key: revoke that key") }
        guard (1...Self.maximumDays).contains(days) else { throw .invalid("expires_days must be from 1 to \(Self.maximumDays)") }
        guard !scopes.isEmpty else { throw .invalid("scopes is empty: a key needs at least one scope") }
        guard restriction.repositories.count <= Self.maximumPatterns else {
            throw .invalid("repositories has more than \(Self.maximumPatterns) entries")
        }
        let missing = scopes.subtracting(identity.scopes).map(\.rawValue).sorted()
        guard missing.isEmpty else {
            throw .forbidden("The calling API key lacks these requested scopes: \(missing.joined(separator: ", "))")
        }
    }
}

extension Backend {
    /// Creates an API key, for the caller or for an account whose keys the caller may manage. Its scopes are a subset of those of the
    /// calling key; for the same account, it also expires no later.
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
        let hash = hasher.hash(secret)
        let key = try await store.write(with: grant) { writer in
            guard try writer.account(account.name)?.id == account.id else { throw StoreError.stale }
            let maker = try writer.liveKey(caller.identity.key.id, at: action.ended)
            let key = APIKey(
                id: secret.keyID, account: account.id, hash: hash, label: input.label, scopes: input.scopes,
                restriction: input.restriction, created: action.ended,
                expires: input.end(after: action.ended, madeWith: maker, for: account), madeWith: maker.id)
            try writer.insert(key)
            try writer.record(action)
            return key
        }
        return Recorded(value: (key, account, secret), action: action)
    }

    private func checkPart(_ grant: KeyGrant, in namespace: NamespaceName) async throws {
        let account = grant.account
        guard account.name != AccountName(namespace) else { return }
        guard try await store.read(with: grant, { try $0.permission(of: account.id, in: namespace) }) != nil else {
            throw RequestError.invalid("The account '\(account.name)' is not a member of a namespace '\(namespace)'")
        }
    }
}

extension StoreReader {
    /// The calling key, read in the transaction that creates another one: it may have been revoked or renewed since the call began.
    func liveKey(_ id: APIKey.ID, at now: Date) throws -> APIKey {
        guard let key = try apiKey(id)?.key, key.isLive(at: now) else { throw RequestError.unauthenticated }
        return key
    }
}

/// The parameters of a renewal.
package struct RenewalInput: Sendable {
    /// Days until the new key expires.
    let days: Int
    /// Hours until the renewed key expires.
    let graceHours: Int

    private static let defaultGraceHours = 24
    private static let maximumGraceHours = 168

    package init(days: Int?, graceHours: Int?) throws(RequestError) {
        self.days = days ?? APIKeyInput.days
        self.graceHours = graceHours ?? Self.defaultGraceHours
        guard (1...APIKeyInput.maximumDays).contains(self.days) else {
            throw .invalid("expires_days must be from 1 to \(APIKeyInput.maximumDays)")
        }
        guard (0...Self.maximumGraceHours).contains(self.graceHours) else {
            throw .invalid("grace_hours must be from 0 to \(Self.maximumGraceHours)")
        }
    }
}

extension Backend {
    /// Replaces the calling key by a new one with the same scopes and restriction, which takes its place in the lineage. No scope is
    /// required.
    ///
    /// - Parameter id: nil for the calling key, which is the only one allowed.
    package func renewAPIKey(
        _ id: APIKey.ID?, _ input: RenewalInput, by caller: Caller
    ) async throws -> Recorded<(key: APIKey, account: Account, secret: APIKeySecret)> {
        let started = clock.now()
        let grant = try authorizeRenewal(of: id, by: caller)
        var generator = SystemRandomNumberGenerator()
        let secret = APIKeySecret.mint(using: &generator)
        let action = action(.apiKeyRenew, on: .apiKey(secret.keyID), in: grant.account.name.namespace, started: started, by: caller)
        let now = action.ended
        let old = caller.identity.key.id
        let hash = hasher.hash(secret)
        let key = try await store.write(with: grant) { [journal] writer in
            guard var renewed = try writer.apiKey(old)?.key, renewed.isLive(at: now) else { throw RequestError.unauthenticated }
            let following = try writer.apiKeyIDs(after: old)
            guard try !following.contains(where: { try writer.apiKey($0)?.key.renews == old }) else {
                throw RequestError.conflict("The API key '\(old)' was renewed already: use the new one")
            }
            var end = now + Double(input.days) * 86_400
            if let maker = try renewed.madeWith.flatMap({ try writer.apiKey($0)?.key }), maker.account == renewed.account {
                end = min(end, maker.expires ?? end)
            }
            let key = APIKey(
                id: secret.keyID, account: renewed.account, hash: hash, label: renewed.label, scopes: renewed.scopes,
                restriction: renewed.restriction, created: now, expires: end, madeWith: renewed.madeWith, renews: old)
            try writer.insert(key)
            for id in following {
                guard var child = try? writer.apiKey(id)?.key, child.madeWith == old else { continue }
                child.madeWith = key.id
                try writer.update(child)
            }
            let graceEnd = min(renewed.expires ?? .distantFuture, now + Double(input.graceHours) * 3600)
            renewed.expires = graceEnd
            try writer.update(renewed)
            let shortened = try writer.limitExpiry(of: renewed, to: end, except: key.id)
            try writer.record(action)
            // The last step of the transaction: an older copy of the data has later expiries.
            try journal.append([.expires(old, graceEnd)] + shortened.map { .expires($0, end) })
            return key
        }
        return Recorded(value: (key, grant.account, secret), action: action)
    }
}

extension StoreWriter {
    /// Has the descendants of a renewed key, in the same account, expire no later than its renewal.
    ///
    /// - Returns: the keys whose expiry was changed.
    fileprivate func limitExpiry(of key: APIKey, to end: Date, except renewal: APIKey.ID) throws -> [APIKey.ID] {
        let later = try KeyLineage(of: key, in: self).members.filter {
            $0.isOwn && $0.key.id != renewal && $0.key.revoked == nil && $0.key.expires ?? .distantFuture > end
        }
        for member in later {
            var limited = member.key
            limited.expires = end
            try update(limited)
        }
        return later.map(\.key.id)
    }
}
