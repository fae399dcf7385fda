package import Domain
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
    /// and the same comparison, and are the same fault.
    package func authenticate(_ presented: PresentedKey) async throws -> Identity {
        guard let key = presented.key else { throw Fault.unauthenticated }
        let found = try await store.read { try $0.apiKey(key.keyID) }
        let isRight = hasher.matches(key, hash: found?.key.hash)
        let now = clock.now()
        guard isRight, let found, presented.account.map({ $0 == found.account.name.description }) ?? true,
            found.key.isLive(at: now), !found.account.isDisabled
        else { throw Fault.unauthenticated }
        keyUses.note(found.key, at: now)
        return .apiKey(found.key, of: found.account)
    }

    /// Whoever a token of the gateway's was made for, whose signature was verified: its key is asked for anew, so that what was
    /// revoked or disabled stops at once.
    package func authenticate(tokenOf keyID: APIKey.ID) async throws -> Identity {
        let now = clock.now()
        guard let found = try await known.keys.value(of: keyID, in: store, read: { try $0.apiKey(keyID) }), found.key.isLive(at: now),
            !found.account.isDisabled
        else {
            throw Fault.unauthenticated
        }
        keyUses.note(found.key, at: now)
        return .gatewayToken(madeWith: found.key, of: found.account)
    }
}
