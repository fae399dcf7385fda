import Domain
import FoundationEssentials
import Storage
import Synchronization

/// Remembers which keys were used until that is written down, for many calls at once: a use is no reason to write.
package final class KeyUses: Sendable {
    /// How exact the date of a key's last use is.
    static let precision: TimeInterval = 600

    private let uses = Mutex<[APIKey.ID: Date]>([:])

    package init() {}

    func note(_ key: APIKey, at now: Date) {
        if let last = key.lastUsed, now.timeIntervalSince(last) < Self.precision { return }
        uses.withLock { $0[key.id] = now }
    }

    func take() -> [APIKey.ID: Date] {
        uses.withLock { uses in
            defer { uses = [:] }
            return uses
        }
    }
}

extension Backend {
    /// Writes down which keys were used since the last time. Where that fails, it is forgotten: the next use counts.
    package func writeKeyUses() async throws {
        let uses = keyUses.take()
        guard !uses.isEmpty else { return }
        try await store.write(with: ServerGrant.background) { try $0.noteUse(uses) }
    }
}
