import Domain
import FoundationEssentials
import Naming
import RegistryClient
import Storage
import Synchronization

/// The registries that were unreachable in a background check, or failed for all repositories, and when they are retried. Until then their
/// other repositories share that verdict, so that a registry is requested once and not once for each repository.
///
/// They are held in memory only: after a restart each registry is requested again.
final class UnreachableRegistries: Sendable {
    struct Entry: Sendable {
        let response: RegistryResponse
        /// The number of consecutive checks that found the registry unreachable.
        let count: Int
        /// When the registry is retried.
        let end: Date

        func covers(_ date: Date) -> Bool { response.date <= date && date < end }
    }

    private struct State {
        var entries: [RegistryAuthority: Entry] = [:]
        /// The number of repositories whose checks failed since the registry served one.
        var failures: [RegistryAuthority: Int] = [:]
    }

    private let state = Mutex(State())
    private static let capacity = 10_000
    /// The number of repositories after which a failure is one of the registry, although the registry responds to its ping.
    static let failuresOfRegistry = 3

    subscript(_ registry: RegistryAuthority) -> Entry? { state.withLock { $0.entries[registry] } }

    func note(_ entry: Entry, of registry: RegistryAuthority) {
        state.withLock { state in
            if state.entries.count >= Self.capacity { state.entries = state.entries.filter { $0.value.covers(entry.response.date) } }
            state.entries[registry] = entry
        }
    }

    /// Counts a failure that shows nothing about other repositories.
    ///
    /// - Returns: whether so many repositories failed that the failure is one of the registry.
    func countFailure(of registry: RegistryAuthority) -> Bool {
        state.withLock { state in
            if state.failures.count >= Self.capacity { state.failures = [:] }
            state.failures[registry, default: 0] += 1
            return state.failures[registry, default: 0] >= Self.failuresOfRegistry
        }
    }

    /// Removes a registry that has served a repository.
    func end(_ registry: RegistryAuthority) {
        state.withLock { ($0.entries[registry], $0.failures[registry]) = (nil, nil) }
    }
}
