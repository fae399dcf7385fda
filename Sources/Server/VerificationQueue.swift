import Domain
import Naming

/// Selects the next repository to verify: the first due one of a registry with a free place. An unresponsive registry delays only its
/// own repositories: a registry that has not responded yet, or not to its last check, has one place. Repositories whose last check got
/// no response share some of the places, unless their registry has responded since.
///
/// Registries that responded before may all stop responding at once. So if all places are taken, a check without a result after
/// ``patience`` ends and leaves its place to another repository. Its registry is slow from then on: one of its repositories is verified again,
/// without that limit, in a place of those that get no response. Until that has a result, its other repositories wait.
struct VerificationQueue {
    /// The time that checks of registries that respond usually take at most.
    static let patience = Duration.seconds(1)

    private let places: Int
    private let placesPerRegistry: Int
    private let placesOfSilent: Int
    private let patience: Duration
    private var waiting: [Repository] = []
    private var inProgress: [Repository.ID: Check] = [:]
    /// The registries that responded to their last check.
    private var responsive: Set<RegistryAuthority> = []
    private(set) var slow: Set<RegistryAuthority> = []
    /// The repositories of slow registries that left their places, one for each registry.
    private var returned: [Repository] = []
    /// Whether a returned repository is next, if there is one: they take turns with the others.
    private var prefersReturned = false

    private static let slowCapacity = 10_000

    private struct Check {
        let repository: Repository
        let begun: ContinuousClock.Instant
        /// Whether it may get no response.
        let isSilent: Bool
        var isEnding = false
    }

    /// - Parameter placesOfSilent: the number of places of repositories that may get no response, all registries together; nil for half.
    init(places: Int, placesPerRegistry: Int, placesOfSilent: Int? = nil, patience: Duration = Self.patience) {
        self.places = places
        self.placesPerRegistry = placesPerRegistry
        self.placesOfSilent = placesOfSilent ?? max(1, places / 2)
        self.patience = patience
    }

    /// Replaces the waiting repositories, except those that left their places, by those that are due now.
    mutating func refill(with due: [Repository]) {
        waiting = due.filter { inProgress[$0.id] == nil }
    }

    /// - Returns: the repository to verify next; nil if none has a free place.
    mutating func begin(at now: ContinuousClock.Instant = .now) -> Repository? {
        guard inProgress.count < places else { return nil }
        let index = next()
        if index == nil || prefersReturned, let repository = takeReturned() {
            prefersReturned = false
            inProgress[repository.id] = Check(repository: repository, begun: now, isSilent: true)
            return repository
        }
        guard let index else { return nil }
        prefersReturned = true
        let repository = waiting.remove(at: index)
        inProgress[repository.id] = Check(repository: repository, begun: now, isSilent: mayBeSilent(repository))
        return repository
    }

    /// The check that must end because a repository on a registry that should respond has no place. Its place is free after ``end(_:_:)``.
    mutating func release(at now: ContinuousClock.Instant = .now) -> Repository? {
        guard inProgress.count >= places, slow.count < Self.slowCapacity, !inProgress.values.contains(where: \.isEnding),
            let index = next(), !mayBeSilent(waiting[index])
        else { return nil }
        let oldest = inProgress.values.filter { !$0.isSilent && $0.begun + patience <= now }.min { $0.begun < $1.begun }
        guard let repository = oldest?.repository else { return nil }
        inProgress[repository.id]?.isEnding = true
        prefersReturned = false
        responsive.remove(repository.name.authority)
        slow.insert(repository.name.authority)
        return repository
    }

    mutating func end(_ repository: Repository, _ result: CheckResult = .responded) {
        let check = inProgress.removeValue(forKey: repository.id)
        let registry = repository.name.authority
        if result == .none, check?.isEnding == true {
            if slow.contains(registry), !returned.contains(where: { $0.name.authority == registry }) { returned.append(repository) }
            return
        }
        if slow.remove(registry) != nil { returned.removeAll { $0.name.authority == registry } }
        switch result {
        case .none: break
        case .responded: responsive.insert(registry)
        case .silent:
            responsive.remove(registry)
            // The other repositories of the registry would get no response either.
            waiting.removeAll { $0.name.authority == registry }
        }
    }

    private var mayContactSilent: Bool { inProgress.values.count(where: \.isSilent) < placesOfSilent }

    private mutating func takeReturned() -> Repository? {
        guard mayContactSilent, !returned.isEmpty else { return nil }
        return returned.removeFirst()
    }

    /// The first waiting repository whose registry has a free place.
    private func next() -> Int? {
        let counts = inProgress.values.reduce(into: [:]) { $0[$1.repository.name.authority, default: 0] += 1 }
        let mayContactSilent = mayContactSilent
        return waiting.firstIndex { repository in
            let registry = repository.name.authority
            guard !slow.contains(registry), mayContactSilent || !mayBeSilent(repository) else { return false }
            return (counts[registry] ?? 0) < limit(of: registry)
        }
    }

    private func limit(of registry: RegistryAuthority) -> Int { responsive.contains(registry) ? placesPerRegistry : 1 }

    private func mayBeSilent(_ repository: Repository) -> Bool {
        repository.verification.isSilent && !responsive.contains(repository.name.authority)
    }
}

/// The result of a check for its registry.
enum CheckResult {
    case responded
    case silent
    /// The check ended before the registry responded, or without a request.
    case none
}
