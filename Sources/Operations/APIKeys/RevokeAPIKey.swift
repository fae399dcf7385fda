package import Domain
import FoundationEssentials
import Naming
import Storage

/// The results of a revocation for the key and its descendants.
package struct Revocation: Sendable {
    /// The keys that were revoked.
    package var revoked: [APIKey.ID] = []
    /// The keys of other accounts that stay valid.
    package var remaining: [(key: APIKey, account: Account)] = []
}

extension Backend {
    /// Revokes a key, and the keys of the same account that hang on it: no call that begins afterwards gets anywhere with them.
    ///
    /// - Parameter descendants: revokes the keys of other accounts as well, as far as the caller may manage those.
    package func revokeAPIKey(_ id: APIKey.ID, descendants: Bool = false, by caller: Caller) async throws -> Recorded<Revocation> {
        let started = clock.now()
        let (key, grant) = try await findAPIKey(id, by: caller)
        let managed = descendants ? try await managedAccounts(in: key, with: grant, by: caller) : []
        let action = action(.apiKeyDelete, on: .apiKey(id), in: grant.account.name.namespace, started: started, by: caller)
        return try await store.write(with: grant) { [makeID, journal] writer in
            guard let key = try writer.apiKey(id)?.key else { throw StoreError.stale }
            var revocation = Revocation()
            if key.revoked == nil {
                try writer.revoke(id, at: action.ended)
                try writer.record(action)
                revocation.revoked.append(id)
            }
            for member in try KeyLineage(of: key, in: writer).members where member.key.isLive(at: action.ended) {
                guard member.isOwn || managed.contains(member.account.id) else {
                    revocation.remaining.append((member.key, member.account))
                    continue
                }
                try writer.revoke(member.key.id, at: action.ended)
                try writer.record(
                    Action(
                        id: makeID(), namespace: member.account.name.namespace, kind: .apiKeyDelete, object: .apiKey(member.key.id),
                        state: .success, started: started, ended: action.ended, origin: caller.origin))
                revocation.revoked.append(member.key.id)
            }
            // The last act of the transaction: what is acknowledged is in the journal.
            if !revocation.revoked.isEmpty { try journal.append(revocation.revoked.map { .revoked($0, action.ended) }) }
            return Recorded(value: revocation, action: key.revoked == nil ? action : nil)
        }
    }

    /// The accounts of a key's lineage whose keys the caller may manage.
    private func managedAccounts(in key: APIKey, with grant: KeyGrant, by caller: Caller) async throws -> Set<Account.ID> {
        let members = try await store.read(with: grant) { try KeyLineage(of: key, in: $0).members.map(\.account) }
        var managed: Set<Account.ID> = []
        for account in Set(members) {
            do {
                managed.insert(try await authorizeKeys(of: account.name, by: caller).account.id)
            } catch RequestError.notFound {
                // Somebody else's by now.
            }
        }
        return managed
    }
}
