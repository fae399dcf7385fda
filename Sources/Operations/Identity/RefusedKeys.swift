package import Domain
import FoundationEssentials
import Naming
import Storage
import Synchronization

/// Remembers which keys were refused, until that is in the trails of their accounts. Whether there are such keys is looked up only then: for
/// who presents them, one that there is costs what one costs that there is not.
package final class RefusedKeys: Sendable {
    struct Attempt: Sendable {
        let keyID: APIKey.ID
        let origin: Action.Origin
        let date: Date
    }

    /// What comes beyond it, before the next time that they are written down, is in the log only.
    static let capacity = 1_000

    private let attempts = Mutex<[Attempt]>([])

    package init() {}

    func note(_ attempt: Attempt) {
        attempts.withLock { if $0.count < Self.capacity { $0.append(attempt) } }
    }

    func take() -> [Attempt] {
        attempts.withLock { attempts in
            defer { attempts = [] }
            return attempts
        }
    }
}

extension Backend {
    /// Remembers that a key was presented, from there, and refused.
    package func noteRefusal(of keyID: APIKey.ID, from origin: Action.Origin) {
        refusedKeys.note(RefusedKeys.Attempt(keyID: keyID, origin: origin, date: clock.now()))
    }

    /// Records refused keys, each in the trail of the account that it belongs to; what is nobody's key is in nobody's trail. Where that fails,
    /// they are in the log only.
    package func writeRefusedKeys() async throws {
        let attempts = refusedKeys.take()
        guard !attempts.isEmpty else { return }
        try await store.write(with: ServerGrant.background) { [makeID] writer in
            for attempt in attempts {
                guard let account = try? writer.apiKey(attempt.keyID)?.account else { continue }
                var origin = attempt.origin
                (origin.user, origin.keyID) = (account.name.description, attempt.keyID)
                try writer.record(
                    Action(
                        id: makeID(), namespace: account.name.namespace, kind: .apiKeyUse, object: .apiKey(attempt.keyID), state: .failed,
                        status: RequestError.unauthenticated.status, started: attempt.date, ended: attempt.date, origin: origin))
            }
        }
    }
}
