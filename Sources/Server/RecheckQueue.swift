import Domain
import Naming

/// Which repository is verified next: the first in the order in which they are due, of the registries that have a place left. A registry that
/// hangs delays its own repositories only: one that has not responded yet, or not to its last check, has one place. All that gave no response before
/// have half of the places.
struct RecheckQueue {
    private let places: Int
    private let placesPerRegistry: Int
    private var waiting: [Repository] = []
    private var underWay: [Repository.ID: RegistryAuthority] = [:]
    /// The registries that responded to their last check.
    private var responsive: Set<RegistryAuthority> = []
    /// Those under way whose registries gave no response before.
    private var silent: Set<Repository.ID> = []

    init(places: Int, placesPerRegistry: Int) {
        self.places = places
        self.placesPerRegistry = placesPerRegistry
    }

    /// The registries that have no place left.
    var fullRegistries: Set<RegistryAuthority> {
        let counts = underWay.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return Set(counts.filter { $0.value >= limit(of: $0.key) }.keys)
    }

    private func limit(of registry: RegistryAuthority) -> Int { responsive.contains(registry) ? placesPerRegistry : 1 }

    /// What is due now takes the place of what was due before.
    mutating func refill(with due: [Repository]) {
        waiting = due.filter { underWay[$0.id] == nil }
    }

    /// - Returns: the repository to begin with; nil where one must end first.
    mutating func begin() -> Repository? {
        guard underWay.count < places else { return nil }
        let counts = underWay.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        let mayAskSilent = silent.count < max(1, places / 2)
        let index = waiting.firstIndex { repository in
            let count = counts[repository.name.authority] ?? 0
            guard mayAskSilent || !repository.wasSilent else { return false }
            return count < limit(of: repository.name.authority)
        }
        guard let index else { return nil }
        let repository = waiting.remove(at: index)
        underWay[repository.id] = repository.name.authority
        if repository.wasSilent { silent.insert(repository.id) }
        return repository
    }

    mutating func end(_ repository: Repository, responded: Bool = true) {
        if responded { responsive.insert(repository.name.authority) } else { responsive.remove(repository.name.authority) }
        underWay[repository.id] = nil
        silent.remove(repository.id)
        // They share that it gave no response.
        if !responded { waiting.removeAll { $0.name.authority == repository.name.authority } }
    }
}

extension Repository {
    /// Whether its registry gave no response when it was asked last.
    fileprivate var wasSilent: Bool { verification.silences > 0 }
}
