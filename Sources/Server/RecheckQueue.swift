import Domain
import Naming

/// Which repository is verified next: the one whose time came first, of the registries that have a place left. A registry
/// that hangs holds up its own repositories, and nobody else's.
struct RecheckQueue {
    private let places: Int
    private let placesPerRegistry: Int
    private var waiting: [Repository] = []
    private var underWay: [Repository.ID: RegistryAuthority] = [:]

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
        let full = fullRegistries
        guard underWay.count < places, let index = waiting.firstIndex(where: { !full.contains($0.name.authority) }) else { return nil }
        let repository = waiting.remove(at: index)
        underWay[repository.id] = repository.name.authority
        return repository
    }

    mutating func end(_ repository: Repository) {
        underWay[repository.id] = nil
    }
}
