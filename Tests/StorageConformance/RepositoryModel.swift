import Domain
import FoundationEssentials
import Naming
import Storage
import TestValues

/// The expected contents of a store as a plain list, the reference for random changes.
struct RepositoryModel: Sendable {
    private(set) var repositories: [Repository] = []

    enum Change: Sendable {
        case add(Repository)
        case update(Repository)
        case delete(Repository)
    }

    static let authorities = ["docker.io", "localhost:5000", "registry.example", "registry.example:5000"]
    private static let namespaces = ["others", "team"]

    /// A possible change: an insertion of a free name, or a change of an existing repository.
    func randomChange(using generator: inout SeededGenerator) throws -> Change {
        let namespace = try NamespaceName(parsing: Self.namespaces.randomElement(using: &generator) ?? "team")
        let authority = Self.authorities.randomElement(using: &generator) ?? "docker.io"
        let text = "\(authority)/team/image-\(Int.random(in: 0..<30, using: &generator))"
        guard let present = repositories.first(where: { $0.namespace == namespace && $0.name.description == text }) else {
            return .add(try Sample.repository(text, in: namespace))
        }
        guard Bool.random(using: &generator) else { return .delete(present) }
        var changed = present
        changed.verification.state = .rejected
        changed.modified = Sample.date(Int64.random(in: 0..<1_000_000, using: &generator))
        return .update(changed)
    }

    mutating func apply(_ change: Change) {
        switch change {
        case .add(let repository): repositories.append(repository)
        case .update(let repository): repositories = repositories.map { $0.id == repository.id ? repository : $0 }
        case .delete(let repository): repositories.removeAll { $0.id == repository.id }
        }
    }

    func listed(in namespace: NamespaceName, where filter: RepositoryFilter) -> [Repository] {
        repositories.filter { $0.namespace == namespace && filter.matches($0) }.sorted { $0.name < $1.name }
    }
}

extension StoreWriter {
    func apply(_ change: RepositoryModel.Change) throws {
        switch change {
        case .add(let repository): try add(repository)
        case .update(let repository): try update(repository)
        case .delete(let repository): try delete(repository)
        }
    }
}

extension RepositoryFilter {
    fileprivate func matches(_ repository: Repository) -> Bool {
        let text = repository.name.description
        return (name ?? repository.name) == repository.name && (authority ?? repository.name.authority) == repository.name.authority
            && text.hasPrefix(namePrefix ?? "") && (nameFragment.map(text.contains) ?? true)
            && (isInUse ?? repository.isInUse) == repository.isInUse
            && (patterns.isEmpty || patterns.contains { $0.matches(repository.name) })
    }
}
