package import Domain
import FoundationEssentials
import Naming
import Sealing
import Storage
import Synchronization

/// The key that a caller presents to authenticate.
package struct PresentedKey: Sendable {
    /// The claimed account name; nil if only a key was presented.
    let account: String?
    /// nil if the presented value is not a well-formed key.
    let key: APIKeySecret?

    package init(account: String?, key: APIKeySecret?) {
        self.account = account
        self.key = key
    }

    /// The identifier in the presented key; nil if it is not well-formed.
    package var keyID: APIKey.ID? { key?.keyID }
}

extension Backend {
    /// Authenticates the holder of a valid key of an enabled account. Unknown account, unknown key and wrong key take the same look-up and
    /// the same comparison, and throw the same error. A separate error reports an expired key, after the same work. An accepted key is
    /// cached until the next write.
    package func authenticate(_ presented: PresentedKey) async throws -> Identity {
        guard let key = presented.key else { throw RequestError.unauthenticated }
        let now = clock.now()
        let place = GatewayReadCache.Presented(hash: hasher.hash(key), account: presented.account)
        let found = try await store.value(of: place, in: readCache.acceptedKeys, with: ServerGrant.access) { [hasher] reader in
            let found = try reader.apiKey(key.keyID)
            let isRight = hasher.matches(key, hash: found?.key.hash)
            guard isRight, let found, presented.account.map({ $0 == found.account.name.description }) ?? true else { return nil }
            // Throws instead of returning nil, because only accepted keys are cached.
            try Self.check(found, at: now)
            return found
        }
        guard let found else { throw RequestError.unauthenticated }
        try Self.check(found, at: now)
        keyUses.note(found.key, at: now)
        if found.key.hash != place.hash { keyUses.note(hash: place.hash, of: found.key) }
        return .apiKey(found.key, of: found.account)
    }

    /// Authenticates the holder of a gateway token whose signature was verified. Its key is looked up again, so that revoking the key or
    /// disabling the account takes effect at once.
    package func authenticate(tokenOf keyID: APIKey.ID) async throws -> Identity {
        let now = clock.now()
        let found = try await store.value(of: keyID, in: readCache.keys, with: ServerGrant.access) { try $0.apiKey(keyID) }
        guard let found else { throw RequestError.unauthenticated }
        try Self.check(found, at: now)
        keyUses.note(found.key, at: now)
        return .gatewayToken(madeWith: found.key, of: found.account)
    }

    /// To be called only for a key whose secret matches or that a valid token names, because it reveals that a key has expired.
    private static func check(_ found: (key: APIKey, account: Account), at now: Date) throws(RequestError) {
        guard found.key.revoked == nil, !found.account.isDisabled else { throw .unauthenticated }
        guard found.key.isLive(at: now) else { throw found.key.expires.map(RequestError.expired) ?? .unauthenticated }
    }
}

extension Backend {
    /// Stores the uses of keys since the last call, and their new hashes. They are discarded if the write fails; the next use stores them.
    package func writeKeyUses() async throws {
        let (uses, hashes) = (keyUses.take(), keyUses.takeHashes())
        guard !uses.isEmpty || !hashes.isEmpty else { return }
        try await store.write(with: ServerGrant.background) { writer in
            try writer.noteUse(uses)
            for (id, hash) in hashes {
                guard var key = try? writer.apiKey(id)?.key else { continue }
                key.hash = hash
                try writer.update(key)
            }
        }
    }
}

extension Backend {
    /// Notes that a key from this origin was refused.
    ///
    /// - Parameter status: the status of the response.
    package func noteRefusal(of keyID: APIKey.ID, from origin: Action.Origin, status: Int = RequestError.unauthenticated.status) {
        refusedKeys.note(RefusedKeys.Attempt(keyID: keyID, origin: origin, status: status, date: clock.now()))
    }

    /// Records the refusals of each key in the trail of its account, within the limit of failed attempts; unknown keys are not recorded. If
    /// the keys cannot be looked up, the refusals are only in the log.
    package func writeRefusedKeys() async throws {
        let refused = refusedKeys.take()
        guard !refused.isEmpty else { return }
        let accounts = try await store.read(with: ServerGrant.background) { reader in
            // A key whose row does not verify is not recorded.
            refused.map { attempts in attempts.keyID.flatMap { try? reader.apiKey($0)?.account.name } }
        }
        for (attempts, account) in zip(refused, accounts) {
            guard let account else { continue }
            for attempt in attempts.first { uses.recordFailure(action(attempt, on: account)) }
            if let others = attempts.others { uses.leaveOut(action(others.last, on: account), count: others.count) }
        }
        try await uses.finish()
    }

    private func action(_ attempt: RefusedKeys.Attempt, on account: AccountName) -> Action {
        var origin = attempt.origin
        (origin.user, origin.keyID) = (account.description, attempt.keyID)
        return Action(
            id: makeID(), namespace: account.namespace, kind: .apiKeyUse, object: .apiKey(attempt.keyID), state: .failed,
            status: attempt.status, started: attempt.date, ended: attempt.date, origin: origin)
    }
}
