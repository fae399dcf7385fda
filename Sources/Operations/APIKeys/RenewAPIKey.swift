package import Domain
import FoundationEssentials
import Naming
import Sealing
import Storage

/// How a key is renewed.
package struct RenewalInput: Sendable {
    /// When the new key ends.
    let days: Int
    /// When the renewed key ends.
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
    /// Replaces the key of the call by another one with the same scopes and restriction, which takes its place in the lineage. It needs no scope.
    ///
    /// - Parameter id: nil for the key of the call, which is the only one that can be meant.
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
        let key = try await store.write(with: grant) { writer in
            guard var renewed = try writer.apiKey(old)?.key, renewed.isLive(at: now) else { throw RequestError.unauthenticated }
            let following = try writer.apiKeyIDs(after: old)
            guard try !following.contains(where: { try writer.apiKey($0)?.key.renews == old }) else {
                throw RequestError.conflict("The API key '\(old)' was renewed already")
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
            renewed.expires = min(renewed.expires ?? .distantFuture, now + Double(input.graceHours) * 3600)
            try writer.update(renewed)
            try writer.record(action)
            return key
        }
        return Recorded(value: (key, grant.account, secret), action: action)
    }
}
