import Domain
import Naming

/// Which repository is verified next: the first in the order in which they are due, of the registries that have a place left. A registry that
/// hangs delays its own repositories only. One that gave no response before has one place, and all such have half of the places.
struct RecheckQueue {
    private let places: Int
    private let placesPerRegistry: Int
    private var waiting: [Repository] = []
    private var underWay: [Repository.ID: RegistryAuthority] = [:]
    /// Those under way whose registries gave no response before.
    private var silent: Set<Repository.ID> = []

    init(places: Int, placesPerRegistry: Int) {
        self.places = places
        self.placesPerRegistry = placesPerRegistry
    }

    /// The registries that have no place left.
    var fullRegistries: Set<RegistryAuthority> {
        let counts = underWay.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return Set(counts.filter { $0.value >= placesPerRegistry }.keys)
    }

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
            return repository.wasSilent ? mayAskSilent && count == 0 : count < placesPerRegistry
        }
        guard let index else { return nil }
        let repository = waiting.remove(at: index)
        underWay[repository.id] = repository.name.authority
        if repository.wasSilent { silent.insert(repository.id) }
        return repository
    }

    /// Removes what waits for a registry.
    mutating func drop(_ registry: RegistryAuthority) {
        waiting.removeAll { $0.name.authority == registry }
    }

    mutating func end(_ repository: Repository) {
        underWay[repository.id] = nil
        silent.remove(repository.id)
    }
}

extension Repository {
    /// Whether its registry gave no response when it was asked last.
    fileprivate var wasSilent: Bool { verification.silences > 0 }
}
