import Domain
import NIOCore
import Naming
import Synchronization

/// Caches manifests by repository and digest; the content of a digest never changes. The least recently used manifests are evicted first.
final class ManifestCache: Sendable {
    struct Key: Hashable, Sendable {
        let repository: Repository.ID
        /// Repositories of several namespaces may have the same name.
        let name: RepositoryName
        let digest: ContentDigest

        init(_ repository: Repository, _ digest: ContentDigest) {
            self.init(repository: repository.id, name: repository.name, digest: digest)
        }

        init(repository: Repository.ID, name: RepositoryName, digest: ContentDigest) {
            self.repository = repository
            self.name = name
            self.digest = digest
        }
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

    /// The overhead of an entry in addition to its manifest, in bytes.
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
        remove { $0.repository == repository }
    }

    /// Removes a manifest of a repository in all namespaces.
    func remove(_ digest: ContentDigest, of name: RepositoryName) {
        remove { $0.digest == digest && $0.name == name }
    }

    private func remove(where isRemoved: (Key) -> Bool) {
        state.withLock { state in
            for (key, entry) in state.entries where isRemoved(key) {
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
            // Evicts a quarter at a time, so that one sort serves many calls.
            for (key, entry) in state.entries.sorted(by: { $0.value.use < $1.value.use }) {
                guard state.size > capacity * 3 / 4 else { break }
                state.entries[key] = nil
                state.size -= size(of: entry.manifest)
            }
        }
    }
}

/// Stores when each registry last allowed a repository's credential to read: a cached manifest is served without a request to the registry
/// only while that time is recent.
final class RegistryAccess: Sendable {
    struct Key: Hashable, Sendable {
        let repository: Repository.ID
        let credential: CredentialReference?
    }

    private let dates = Mutex(BoundedDictionary<Key, ContinuousClock.Instant>(capacity: 100_000))
    private let lifetime: Duration

    /// - Parameter lifetime: how long a response of the registry allows reading.
    init(lifetime: Duration) {
        self.lifetime = lifetime
    }

    func note(_ key: Key, at now: ContinuousClock.Instant = .now) {
        dates.withLock { $0[key] = now }
    }

    /// Whether the registry has allowed reading with this credential.
    func isKnown(_ key: Key) -> Bool { dates.withLock { $0[key] != nil } }

    /// Whether the access must be checked again. The next check is then due after ``lifetime``.
    func beginCheck(_ key: Key, at now: ContinuousClock.Instant = .now) -> Bool {
        dates.withLock { dates in
            if let date = dates[key], date + lifetime > now { return false }
            dates[key] = now
            return true
        }
    }
}
