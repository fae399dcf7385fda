package import FoundationEssentials
package import Naming

/// A path of the API, `/api/(application)/v1/[namespace/](resource)/[(item)/]`.
///
/// Built by the clients and, as resource URIs, by the server; parsed by the server. Names stand in it as they are, with
/// their slashes and their port's colon, so an item is always the last thing in a path.
package struct APIPath: Hashable, Sendable {
    package let namespace: NamespaceName?
    package let resource: Resource

    package init(_ resource: Resource, in namespace: NamespaceName? = nil) {
        self.namespace = namespace
        self.resource = resource
    }

    package enum Resource: Hashable, Sendable {
        case repositories
        case repository(RepositoryName)
        case registries
        case registry(RegistryAuthority)
        /// Where repositories are verified again; the name is in the body, as a path below it could not be told from a name.
        case verifications
        case actions
        case action(UUID)
    }

    package enum ParsingError: Error, Hashable, Sendable {
        /// There is nothing of that kind in the API.
        case unknown
        /// The path names a repository or a registry, but not in a form that a name can have.
        case name(NamingError)
    }
}

extension APIPath {
    /// Reads a path that has no percent sign and no query; the slash at its end may be left out.
    package init(parsing path: some StringProtocol) throws(ParsingError) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
        if parts.last == "" { parts.removeLast() }
        guard parts.popFirst() == "", parts.popFirst() == "api", let application = parts.popFirst(), parts.popFirst() == "v1",
            let first = parts.popFirst()
        else { throw .unknown }
        if let collection = Collection(application: application, word: first) {
            self.init(try collection.resource(parts), in: nil)
        } else if let namespace = try? NamespaceName(parsing: first), let word = parts.popFirst(),
            let collection = Collection(application: application, word: word)
        {
            self.init(try collection.resource(parts), in: namespace)
        } else {
            throw .unknown
        }
    }
}

extension APIPath: CustomStringConvertible {
    package var description: String {
        let collection = resource.collection
        let prefix = "/api/\(collection.application)/v1/" + (namespace.map { "\($0)/" } ?? "") + "\(collection.word)/"
        return prefix + (resource.item.map { "\($0)/" } ?? "")
    }
}

extension APIPath.Resource {
    fileprivate var collection: Collection {
        switch self {
        case .repositories, .repository: .repository
        case .registries, .registry: .registry
        case .verifications: .verification
        case .actions, .action: .action
        }
    }

    fileprivate var item: String? {
        switch self {
        case .repositories, .registries, .verifications, .actions: nil
        case .repository(let name): name.description
        case .registry(let authority): authority.apiAuthority
        case .action(let id): id.uuidString.lowercased()
        }
    }
}

private enum Collection: String, CaseIterable {
    case repository, registry, verification, action

    var word: String { rawValue }

    var application: String {
        switch self {
        case .repository, .registry, .verification: "repo"
        case .action: "audit"
        }
    }

    init?(application: some StringProtocol, word: some StringProtocol) {
        guard let match = Self.allCases.first(where: { $0.word == word && $0.application == application }) else { return nil }
        self = match
    }

    func resource(_ parts: some Swift.Collection<some StringProtocol>) throws(APIPath.ParsingError) -> APIPath.Resource {
        let item = parts.joined(separator: "/")
        do {
            switch self {
            case .repository: return parts.isEmpty ? .repositories : .repository(try RepositoryName(parsing: item))
            case .registry: return parts.isEmpty ? .registries : .registry(try RegistryAuthority(parsing: item))
            case .verification:
                guard parts.isEmpty else { throw APIPath.ParsingError.unknown }
                return .verifications
            case .action:
                if parts.isEmpty { return .actions }
                return .action(try identifier(item))
            }
        } catch let error as NamingError {
            throw .name(error)
        } catch {
            throw .unknown
        }
    }

    /// Foundation also takes signs and spaces for hexadecimal digits: only what it writes again is an identifier.
    private func identifier(_ text: String) throws(APIPath.ParsingError) -> UUID {
        guard let id = UUID(uuidString: text), id.uuidString.lowercased() == text.lowercased() else { throw .unknown }
        return id
    }
}
