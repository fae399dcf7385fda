import Domain
import NIOCore
import Naming
import Synchronization

/// Keeps manifests by their digests, which never change, for the repositories that they were pulled from. What is longest out of use
/// goes first where there is no room.
final class ManifestCache: Sendable {
    struct Key: Hashable, Sendable {
        let repository: Repository.ID
        let digest: ContentDigest
    }

    struct Manifest: Sendable {
        /// nil if neither the registry nor the manifest names it.
        var mediaType: String?
        let bytes: ByteBuffer
    }

    private struct State {
        var entries: [Key: (manifest: Manifest, use: UInt64)] = [:]
        var size = 0
        var uses: UInt64 = 0
    }

    private let state = Mutex(State())
    /// In bytes.
    private let capacity: Int

    /// The overhead of an entry beside its manifest, in bytes.
    private let overhead: Int

    init(capacity: Int = 32 << 20, overhead: Int = 1024) {
        self.capacity = capacity
        self.overhead = overhead
    }

    private func size(of manifest: Manifest) -> Int { manifest.bytes.readableBytes + overhead }

    subscript(key: Key) -> Manifest? {
        state.withLock { state in
            guard state.entries[key] != nil else { return nil }
            state.uses += 1
            state.entries[key]?.use = state.uses
            return state.entries[key]?.manifest
        }
    }

    func remove(_ key: Key) {
        state.withLock { state in
            if let old = state.entries.removeValue(forKey: key) { state.size -= size(of: old.manifest) }
        }
    }

    /// Removes all manifests of a repository.
    func remove(of repository: Repository.ID) {
        state.withLock { state in
            for (key, entry) in state.entries where key.repository == repository {
                state.entries[key] = nil
                state.size -= size(of: entry.manifest)
            }
        }
    }

    func store(_ manifest: Manifest, for key: Key) {
        state.withLock { state in
            state.uses += 1
            if let old = state.entries.updateValue((manifest, state.uses), forKey: key) { state.size -= size(of: old.manifest) }
            state.size += size(of: manifest)
            guard state.size > capacity else { return }
            // A quarter goes at a time, so that the search is paid for once in many calls.
            for (key, entry) in state.entries.sorted(by: { $0.value.use < $1.value.use }) {
                guard state.size > capacity * 3 / 4 else { break }
                state.entries[key] = nil
                state.size -= size(of: entry.manifest)
            }
        }
    }
}
