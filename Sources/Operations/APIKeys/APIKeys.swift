package import Domain
import FoundationEssentials
package import Naming
import Storage

extension Backend {
    /// - Parameters:
    ///   - account: the owner of the keys; nil for the caller.
    ///   - id: the key after which the page starts.
    package func listAPIKeys(
        of account: AccountName?, after id: APIKey.ID?, page: Page, by caller: Caller
    ) async throws -> (listing: Listing<APIKey>, account: Account) {
        let grant = try await authorizeKeys(of: account, by: caller)
        let listing = try await read(ListQuery(items: "API keys", page), with: grant, by: caller) {
            try $0.apiKeys(of: grant.account.id, after: id, page: page)
        }
        return (listing, grant.account)
    }

    /// Lists the keys that can be used in an organization. Requires a server administrator.
    package func listAPIKeys(
        in organization: NamespaceName, after id: APIKey.ID?, page: Page, by caller: Caller
    ) async throws -> Listing<HeldKey> {
        let grant = try authorizeAccounts(asAdministrator: true, by: caller)
        let query = ListQuery(items: "API keys", wideParameters: ["organization"], page)
        return try await read(query, with: grant, by: caller) { reader in
            guard try reader.organization(organization) != nil else {
                throw RequestError.notFound("There is no organization '\(organization)': 'docker-cloud organization ls' lists yours")
            }
            return try reader.apiKeys(in: organization, after: id, page: page)
        }
    }

    package func inspectAPIKey(_ id: APIKey.ID, by caller: Caller) async throws -> (key: APIKey, account: Account) {
        let (key, grant) = try await findAPIKey(id, by: caller)
        return (key, grant.account)
    }

    func findAPIKey(_ id: APIKey.ID, by caller: Caller) async throws -> (key: APIKey, grant: KeyGrant) {
        let grant = try authorizeAccounts(by: caller)
        let nothing = RequestError.notFound("There is no such API key that you may manage: 'docker-cloud apikey ls' lists them")
        guard let found = try await store.read(with: grant, { try $0.apiKey(id) }) else { throw nothing }
        do {
            return (found.key, try await authorizeKeys(of: found.account.name, by: caller))
        } catch RequestError.notFound {
            throw nothing
        }
    }
}

/// The descendants of a key: the keys that were created with it, its renewals and the keys that it renews, directly or indirectly.
struct KeyLineage {
    struct Member {
        let key: APIKey
        let account: Account
        /// Whether the key and all keys between it and the root belong to the same account. Such a key is revoked together with the root.
        let isOwn: Bool
    }

    let members: [Member]
    /// The keys among them whose rows do not verify. An administrator may sign those rows later.
    let unverified: [APIKey.ID]

    /// - Parameter key: the root, which is not a member itself.
    init(of key: APIKey, in reader: any StoreReader) throws {
        var members: [Member] = []
        var unverified: [APIKey.ID] = []
        var seen: Set<APIKey.ID> = [key.id]
        // The keys that it renews, directly or indirectly, may still be in their grace period.
        var waiting = try Self.next(after: key.id, in: reader).map { (id: $0, isOwn: true) }
        if let renewed = key.renews { waiting.append((renewed, true)) }
        while let (id, isOwn) = waiting.popLast() {
            guard seen.insert(id).inserted else { continue }
            // A row that does not verify is not a key, but may have descendants.
            let found = try? reader.apiKey(id)
            let isOwn = isOwn && (found.map { $0.key.account == key.account } ?? true)
            if let found {
                members.append(Member(key: found.key, account: found.account, isOwn: isOwn))
                if let renewed = found.key.renews { waiting.append((renewed, isOwn)) }
            } else if isOwn {
                unverified.append(id)
            }
            waiting += try Self.next(after: id, in: reader).map { ($0, isOwn) }
        }
        self.members = members
        self.unverified = unverified
    }

    private static func next(after id: APIKey.ID, in reader: any StoreReader) throws -> [APIKey.ID] { try reader.apiKeyIDs(after: id) }
}

extension StoreWriter {
    /// Sets `made_with` of the keys that were created with keys to be deleted to the nearest remaining key, so that its lineage stays complete.
    func passOnLineage(of deleted: [APIKey.ID]) throws {
        let deleted = Set(deleted)
        for id in deleted.sorted() {
            for child in try apiKeyIDs(after: id) where !deleted.contains(child) {
                guard var key = try? apiKey(child)?.key, key.madeWith == id else { continue }
                var maker: APIKey.ID? = id
                while let next = maker, deleted.contains(next) { maker = try? apiKey(next)?.key.madeWith }
                key.madeWith = maker
                try update(key)
            }
        }
    }
}

/// The result of a revocation for the key and its descendants.
package struct Revocation: Sendable {
    /// The keys that were revoked.
    package var revoked: [APIKey.ID] = []
    /// The keys of other accounts that stay valid.
    package var remaining: [(key: APIKey, account: Account)] = []
}

extension Backend {
    /// Revokes a key and its descendants of the same account. All calls that start afterwards are refused.
    ///
    /// - Parameter descendants: also revokes descendants of other accounts, if the caller may manage those accounts' keys.
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
            let lineage = try KeyLineage(of: key, in: writer)
            // Expired keys too: the clock may be ahead.
            for member in lineage.members where member.key.revoked == nil {
                guard member.isOwn || managed.contains(member.account.id) else {
                    if member.key.isLive(at: action.ended) { revocation.remaining.append((member.key, member.account)) }
                    continue
                }
                try writer.revoke(member.key.id, at: action.ended)
                try writer.record(
                    Action(
                        id: makeID(), namespace: member.account.name.namespace, kind: .apiKeyDelete, object: .apiKey(member.key.id),
                        state: .success, started: started, ended: action.ended, origin: caller.origin))
                revocation.revoked.append(member.key.id)
            }
            // The last step of the transaction, so that every acknowledged revocation is in the journal.
            let journaled = revocation.revoked + lineage.unverified
            if !journaled.isEmpty { try journal.append(journaled.map { .revoked($0, action.ended) }) }
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
                // The caller may not manage this account's keys.
            }
        }
        return managed
    }
}
