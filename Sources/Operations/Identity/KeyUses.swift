import Domain
import FoundationEssentials
import Naming
import Sealing
import Storage
import Synchronization

/// Collects the uses of keys, so that many are written at once instead of one write per use.
package final class KeyUses: Sendable {
    /// The precision of the date of a key's last use, in seconds.
    static let precision: TimeInterval = 600

    private let uses = Mutex<[APIKey.ID: Date]>([:])
    private let hashes = Mutex<[APIKey.ID: [UInt8]]>([:])

    package init() {}

    func note(_ key: APIKey, at now: Date) {
        if let last = key.lastUsed, now.timeIntervalSince(last) < Self.precision { return }
        uses.withLock { $0[key.id] = now }
    }

    /// Notes the new hash of an accepted key whose stored hash was computed with a former deployment secret.
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
