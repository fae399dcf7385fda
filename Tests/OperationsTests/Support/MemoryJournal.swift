import Operations
import Storage
import Synchronization

/// An in-memory journal.
final class MemoryJournal: RevocationJournal {
    private let kept = Mutex<(entries: [RevocationEntry], fails: Bool)>(([], false))

    func append(_ entries: [RevocationEntry]) throws {
        try kept.withLock { kept in
            guard !kept.fails else { throw StoreError.unavailable("full disk") }
            kept.entries += entries
        }
    }

    func entries() -> [RevocationEntry] { kept.withLock(\.entries) }

    func fail() { kept.withLock { $0.fails = true } }
}
