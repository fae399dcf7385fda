package import Domain
import Naming
import Storage

extension Backend {
    /// Revokes a key: no call that begins afterwards gets anywhere with it. One that was revoked before stays as it is.
    package func revokeAPIKey(_ id: APIKey.ID, by caller: Caller) async throws -> Recorded<Void> {
        let started = clock.now()
        let found = try await inspectAPIKey(id, by: caller)
        guard found.key.revoked == nil else { return Recorded(value: (), action: nil) }
        let action = action(.apiKeyDelete, on: .apiKey(id), in: found.account.name.namespace, started: started, by: caller)
        do {
            try await store.write { writer in
                try writer.revoke(id, at: action.ended)
                try writer.record(action)
            }
        } catch StoreError.stale {
            // Somebody else was faster.
            return Recorded(value: (), action: nil)
        }
        return Recorded(value: (), action: action)
    }
}
