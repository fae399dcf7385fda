package import Domain
import FoundationEssentials
import Naming
import Sealing
import Storage

/// What a caller presents to say who it is.
package struct PresentedKey: Sendable {
    /// The account it claims to be; nil where the key stands alone.
    let account: String?
    /// nil where what was presented cannot be a key.
    let key: APIKeySecret?

    package init(account: String?, key: APIKeySecret?) {
        self.account = account
        self.key = key
    }

    /// Which key it says that it is; nil where it has not the form of one at all.
    package var keyID: APIKey.ID? { key?.keyID }
}

extension Backend {
    /// Whoever holds a live key of an enabled account. Unknown account, unknown key and wrong key cost the same look-up
    /// and the same comparison, and are the same fault. An expired key is told so, after the same work. A key that was accepted is not looked up again until something is written.
    package func authenticate(_ presented: PresentedKey) async throws -> Identity {
        guard let key = presented.key else { throw RequestError.unauthenticated }
        let now = clock.now()
        let place = GatewayReadCache.Presented(hash: hasher.hash(key), account: presented.account)
        let found = try await store.value(of: place, in: known.acceptedKeys, with: ServerGrant.access) { [hasher] reader in
            let found = try reader.apiKey(key.keyID)
            let isRight = hasher.matches(key, hash: found?.key.hash)
            guard isRight, let found, presented.account.map({ $0 == found.account.name.description }) ?? true else { return nil }
            // Thrown, as only a key that is accepted is remembered.
            try Self.check(found, at: now)
            return found
        }
        guard let found else { throw RequestError.unauthenticated }
        try Self.check(found, at: now)
        keyUses.note(found.key, at: now)
        if found.key.hash != place.hash { keyUses.note(hash: place.hash, of: found.key) }
        return .apiKey(found.key, of: found.account)
    }

    /// Whoever a token of the gateway's was made for, whose signature was verified: its key is asked for anew, so that what was
    /// revoked or disabled stops at once.
    package func authenticate(tokenOf keyID: APIKey.ID) async throws -> Identity {
        let now = clock.now()
        let found = try await store.value(of: keyID, in: known.keys, with: ServerGrant.access) { try $0.apiKey(keyID) }
        guard let found else { throw RequestError.unauthenticated }
        try Self.check(found, at: now)
        keyUses.note(found.key, at: now)
        return .gatewayToken(madeWith: found.key, of: found.account)
    }

    /// Only for a key whose secret is right, or that a token of ours names: whoever has it may know that it expired.
    private static func check(_ found: (key: APIKey, account: Account), at now: Date) throws(RequestError) {
        guard found.key.revoked == nil, !found.account.isDisabled else { throw .unauthenticated }
        guard found.key.isLive(at: now) else { throw found.key.expires.map(RequestError.expired) ?? .unauthenticated }
    }
}
