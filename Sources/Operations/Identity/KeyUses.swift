import Domain
import FoundationEssentials
import Storage
import Synchronization

/// Remembers which keys were used until that is written down, for many calls at once: a use is no reason to write.
package final class KeyUses: Sendable {
    /// How exact the date of a key's last use is.
    static let precision: TimeInterval = 600

    private let uses = Mutex<[APIKey.ID: Date]>([:])
    private let hashes = Mutex<[APIKey.ID: [UInt8]]>([:])

    package init() {}

    func note(_ key: APIKey, at now: Date) {
        if let last = key.lastUsed, now.timeIntervalSince(last) < Self.precision { return }
        uses.withLock { $0[key.id] = now }
    }

    /// Notes that a key was accepted whose stored hash is under the key of a former deployment secret.
    func note(hash: [UInt8], of key: APIKey) { hashes.withLock { $0[key.id] = hash } }

    func takeHashes() -> [APIKey.ID: [UInt8]] {
        hashes.withLock { hashes in
            defer { hashes = [:] }
            return hashes
        }
    }

    func take() -> [APIKey.ID: Date] {
        uses.withLock { uses in
            defer { uses = [:] }
            return uses
        }
    }
}

extension Backend {
    /// Writes down which keys were used since the last time, and their new hashes. Where that fails, it is forgotten: the next use counts.
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
