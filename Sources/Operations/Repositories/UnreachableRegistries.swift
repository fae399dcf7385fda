import Domain
import FoundationEssentials
import Naming
import Synchronization

/// The registries that gave no response to a background check, and when they are asked again. Until then their other repositories share that
/// verdict: a registry is asked once, not once for each repository.
///
/// They are kept in memory: after a start each registry is asked anew.
final class UnreachableRegistries: Sendable {
    struct UnreachableRegistry: Sendable {
        let answer: RegistryAnswer
        /// How often in a row the registry gave no response.
        let count: Int
        /// When it is asked again.
        let end: Date

        func covers(_ date: Date) -> Bool { answer.date <= date && date < end }
    }

    private let silences = Mutex<[RegistryAuthority: UnreachableRegistry]>([:])
    private static let capacity = 10_000

    subscript(_ registry: RegistryAuthority) -> UnreachableRegistry? { silences.withLock { $0[registry] } }

    func note(_ silence: UnreachableRegistry, of registry: RegistryAuthority) {
        silences.withLock { silences in
            if silences.count >= Self.capacity { silences = silences.filter { $0.value.covers(silence.answer.date) } }
            silences[registry] = silence
        }
    }

    /// A registry that has responded is silent no more.
    func end(_ registry: RegistryAuthority) {
        silences.withLock { $0[registry] = nil }
    }
}
