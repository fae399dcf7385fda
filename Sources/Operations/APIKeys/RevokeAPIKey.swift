package import Domain
import Naming
import Storage

extension Backend {
    /// Revokes a key: no call that begins afterwards gets anywhere with it. One that was revoked before stays as it is.
    package func revokeAPIKey(_ id: APIKey.ID, by caller: Caller) async throws -> Recorded<Void> {
        let started = clock.now()
        let grant = try await findAPIKey(id, by: caller).grant
        let action = action(.apiKeyDelete, on: .apiKey(id), in: grant.account.name.namespace, started: started, by: caller)
        return try await store.write(with: grant) { writer in
            guard let key = try writer.apiKey(id)?.key, key.revoked == nil else { return Recorded(value: (), action: nil) }
            try writer.revoke(id, at: action.ended)
            try writer.record(action)
            return Recorded(value: (), action: action)
        }
    }
}
