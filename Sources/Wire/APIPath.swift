package import FoundationEssentials
package import Naming

/// A path of the API, `/api/(application)/v1/[namespace/](resource)/[(item)/]`.
///
/// Clients and the server (for resource URIs) build it; the server parses it. Names are not encoded and may contain slashes and the
/// colon of a port, so an item is always the last part of a path.
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
        /// The resource that verifies repositories again. The name is in the body, because a path below a repository is ambiguous: it
        /// could be the path of another repository.
        case verifications
        case actions
        case action(UUID)
        case users
        case user(NamespaceName)
        case organizations
        case organization(NamespaceName)
        case members(of: NamespaceName)
        case member(NamespaceName, of: NamespaceName)
        case robots
        case robot(RobotName)
        case services
        case service(UUID)
        case apiKeys
        case apiKey(String)
        /// The path that renews a key; nil means the key that authenticates the request.
        case apiKeyRenewal(String?)
        case agents
        case agent(UUID)
        /// The resource to which the agent of this name reports. It has no namespace: a report concerns all namespaces of its account.
        case agentReport(AgentName)
    }

    package enum ParsingError: Error, Hashable, Sendable {
        /// The API has no such path.
        case unknown
        /// The path contains an invalid name.
        case name(NamingError)
    }
}

extension APIPath {
    /// Parses a path without percent signs and query. The trailing slash is optional.
    package init(parsing path: some StringProtocol) throws(ParsingError) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
        if parts.last == "" { parts.removeLast() }
        guard parts.popFirst() == "", parts.popFirst() == "api", let application = parts.popFirst(), parts.popFirst() == "v1",
            let first = parts.popFirst()
        else { throw .unknown }
        if let collection = Collection(application: application, word: first) {
            self.init(try collection.resource(parts), in: nil)
        } else if let namespace = try? NamespaceName(parsing: first), let word = parts.popFirst(),
            let collection = Collection(application: application, word: word), collection.isNamespaced
        {
            let resource = try collection.resource(parts)
            if case .agentReport = resource { throw .unknown }
            self.init(resource, in: namespace)
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
    /// The organization in the resource itself, if its path has no namespace.
    package var organization: NamespaceName? {
        switch self {
        case .organization(let name), .members(of: let name), .member(_, of: let name): name
        default: nil
        }
    }

    fileprivate var collection: Collection {
        switch self {
        case .repositories, .repository: .repository
        case .registries, .registry: .registry
        case .verifications: .verification
        case .actions, .action: .action
        case .users, .user: .user
        case .organizations, .organization, .members, .member: .organization
        case .robots, .robot: .robot
        case .services, .service: .service
        case .apiKeys, .apiKey, .apiKeyRenewal: .apiKey
        case .agents, .agent, .agentReport: .agent
        }
    }

    fileprivate var item: String? {
        switch self {
        case .repositories, .registries, .verifications, .actions, .users, .organizations, .robots, .services, .agents, .apiKeys: nil
        case .repository(let name): name.description
        case .registry(let authority): authority.apiAuthority
        case .action(let id), .service(let id), .agent(let id): id.uuidString.lowercased()
        case .user(let name), .organization(let name): name.description
        case .members(let organization): "\(organization)/\(Collection.memberWord)"
        case .member(let name, let organization): "\(organization)/\(Collection.memberWord)/\(name)"
        case .robot(let name): name.description
        case .apiKey(let id): id
        case .agentReport(let name): name.description
        case .apiKeyRenewal(let id): "\(id ?? Collection.ownKeyWord)/\(Collection.renewalWord)"
        }
    }
}

private enum Collection: String, CaseIterable {
    case repository, registry, verification, action, user, organization, robot, service, agent
    case apiKey = "apikey"

    static let memberWord = "member"
    static let renewalWord = "renewal"
    static let ownKeyWord = "self"

    var word: String { rawValue }

    var application: String {
        switch self {
        case .repository, .registry, .verification: "repo"
        case .action: "audit"
        case .user, .organization, .robot, .apiKey: "account"
        case .service, .agent: "app"
        }
    }

    /// Whether its paths may contain a namespace. Other resources belong to the whole server, or their paths name their owner.
    var isNamespaced: Bool {
        switch self {
        case .repository, .registry, .verification, .action, .robot, .service, .agent: true
        case .user, .organization, .apiKey: false
        }
    }

    init?(application: some StringProtocol, word: some StringProtocol) {
        guard let match = Self.allCases.first(where: { $0.word == word && $0.application == application }) else { return nil }
        self = match
    }

    func resource(_ parts: ArraySlice<some StringProtocol>) throws(APIPath.ParsingError) -> APIPath.Resource {
        do {
            return try parts.isEmpty ? all : one(parts)
        } catch let error as NamingError {
            throw .name(error)
        } catch {
            throw .unknown
        }
    }

    private var all: APIPath.Resource {
        switch self {
        case .repository: .repositories
        case .registry: .registries
        case .verification: .verifications
        case .action: .actions
        case .user: .users
        case .organization: .organizations
        case .robot: .robots
        case .service: .services
        case .apiKey: .apiKeys
        case .agent: .agents
        }
    }

    private func one(_ parts: ArraySlice<some StringProtocol>) throws -> APIPath.Resource {
        let item = parts.joined(separator: "/")
        switch self {
        case .repository: return .repository(try RepositoryName(parsing: item))
        case .registry: return .registry(try RegistryAuthority(parsing: item))
        case .verification: throw APIPath.ParsingError.unknown
        case .action: return .action(try identifier(item))
        case .user: return .user(try NamespaceName(parsing: item))
        case .organization: return try organization(parts)
        case .robot: return .robot(try RobotName(parsing: item))
        case .service: return .service(try identifier(item))
        case .agent: return try (try? identifier(item)).map { .agent($0) } ?? .agentReport(try AgentName(parsing: item))
        case .apiKey:
            let isRenewal = parts.count == 2 && parts.last.map { String($0) == Self.renewalWord } == true
            let id = isRenewal ? parts.first.map { String($0) } ?? "" : item
            guard !id.isEmpty, id.utf8.allSatisfy({ $0 < 0x80 }), id.allSatisfy({ $0.isLetter || $0.isNumber }) else {
                throw APIPath.ParsingError.unknown
            }
            return isRenewal ? .apiKeyRenewal(id == Self.ownKeyWord ? nil : id) : .apiKey(id)
        }
    }

    private func organization(_ parts: ArraySlice<some StringProtocol>) throws -> APIPath.Resource {
        var parts = parts
        guard let first = parts.popFirst() else { return .organizations }
        let organization = try NamespaceName(parsing: first)
        guard let word = parts.popFirst() else { return .organization(organization) }
        guard word == Self.memberWord, parts.count <= 1 else { throw APIPath.ParsingError.unknown }
        return try parts.first.map { .member(try NamespaceName(parsing: $0), of: organization) } ?? .members(of: organization)
    }

    /// Foundation also accepts signs and spaces as hexadecimal digits. Only a text that the parsed UUID reproduces is valid.
    private func identifier(_ text: String) throws -> UUID {
        guard let id = UUID(uuidString: text), id.uuidString.lowercased() == text.lowercased() else {
            throw APIPath.ParsingError.unknown
        }
        return id
    }
}
