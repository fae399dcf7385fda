import Domain
import Naming

/// Selects the next repository to verify: the first due one of a registry with a free slot. An unresponsive registry delays only its
/// own repositories: a registry that has not responded yet, or not to its last check, has one slot. Repositories whose last check got
/// no response share some of the slots, unless their registry has responded since.
struct VerificationQueue {
    private let places: Int
    private let placesPerRegistry: Int
    private let placesOfSilent: Int
    private var waiting: [Repository] = []
    private var inProgress: [Repository.ID: RegistryAuthority] = [:]
    /// The registries that responded to their last check.
    private var responsive: Set<RegistryAuthority> = []
    /// Repositories in progress that may get no response.
    private var silent: Set<Repository.ID> = []

    /// - Parameter placesOfSilent: the number of places of repositories that may get no response, all registries together; nil for half.
    init(places: Int, placesPerRegistry: Int, placesOfSilent: Int? = nil) {
        self.places = places
        self.placesPerRegistry = placesPerRegistry
        self.placesOfSilent = placesOfSilent ?? max(1, places / 2)
    }

    /// The registries with at least so many waiting repositories.
    func registries(withWaiting count: Int) -> Set<RegistryAuthority> {
        let counts = waiting.reduce(into: [:]) { $0[$1.name.authority, default: 0] += 1 }
        return Set(counts.filter { $0.value >= count }.keys)
    }

    private func limit(of registry: RegistryAuthority) -> Int { responsive.contains(registry) ? placesPerRegistry : 1 }

    /// Replaces the waiting repositories by those that are due now.
    ///
    /// - Parameter others: the registries that `due` leaves out. Their waiting repositories remain.
    mutating func refill(with due: [Repository], except others: Set<RegistryAuthority> = []) {
        waiting = waiting.filter { others.contains($0.name.authority) } + due.filter { inProgress[$0.id] == nil }
    }

    /// - Returns: the repository to verify next; nil if none has a free slot.
    mutating func begin() -> Repository? {
        guard inProgress.count < places else { return nil }
        let counts = inProgress.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        let mayContactSilent = silent.count < placesOfSilent
        let index = waiting.firstIndex { repository in
            let count = counts[repository.name.authority] ?? 0
            guard mayContactSilent || !mayBeSilent(repository) else { return false }
            return count < limit(of: repository.name.authority)
        }
        guard let index else { return nil }
        let repository = waiting.remove(at: index)
        inProgress[repository.id] = repository.name.authority
        if mayBeSilent(repository) { silent.insert(repository.id) }
        return repository
    }

    mutating func end(_ repository: Repository, responded: Bool = true) {
        if responded { responsive.insert(repository.name.authority) } else { responsive.remove(repository.name.authority) }
        inProgress[repository.id] = nil
        silent.remove(repository.id)
        // The other repositories of the registry would get no response either.
        if !responded { waiting.removeAll { $0.name.authority == repository.name.authority } }
    }

    private func mayBeSilent(_ repository: Repository) -> Bool {
        repository.verification.isSilent && !responsive.contains(repository.name.authority)
    }
}
