public import FoundationEssentials
import Naming
import Wire

/// The operations on the agents that report in a namespace.
public struct Agents: Sendable {
    let transport: Transport
    let namespace: NamespaceName?

    private static let lengthOfUUID = 36

    /// Lists the agents, sorted by name. Pages are fetched on demand.
    ///
    /// - Parameter pageSize: The number of agents per request, at most 1000; nil for the server's default.
    public func list(pageSize: Int? = nil) throws(DockerCloudError) -> Listing<Agent> {
        var query = QueryItems()
        query.add("limit", pageSize)
        return try transport.list(APIPath(.agents, in: namespace), query)
    }

    /// Returns an agent by its UUID.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if it does not exist.
    public func get(_ uuid: String) async throws(DockerCloudError) -> Agent {
        try await transport.object(ClientRequest(.get, path(uuid)))
    }

    /// Removes an agent with its services: everywhere if the namespace is that of its account, and otherwise from the namespace. An agent
    /// that still reports comes back.
    public func remove(_ uuid: String) async throws(DockerCloudError) {
        _ = try await transport.send(ClientRequest(.delete, path(uuid)))
    }

    /// Returns the agent with this UUID, with this name, or with the only UUID that has this prefix.
    ///
    /// - Throws: ``DockerCloudError/Code/noMatch`` if no agent matches, ``DockerCloudError/Code/ambiguous`` if several do.
    public func find(_ identifier: String) async throws(DockerCloudError) -> Agent {
        if UUID(uuidString: identifier) != nil { return try await get(identifier) }
        var (named, prefixed): ([Agent], [Agent]) = ([], [])
        for try await agent in try list(pageSize: 1000) {
            if agent.name == identifier { named.append(agent) }
            if !identifier.isEmpty, agent.uuid.hasPrefix(identifier.lowercased()) { prefixed.append(agent) }
        }
        let found = named.isEmpty ? prefixed : named
        guard let first = found.first else { throw .noMatch(ofUUIDOrName: identifier, "agent") }
        guard found.count == 1 else { throw .ambiguous(uuidOrName: identifier, "agent", candidates: found.prefix(5).map(\.uuid)) }
        return first
    }

    private func path(_ uuid: String) throws(DockerCloudError) -> APIPath {
        guard let id = UUID(uuidString: uuid), id.uuidString.lowercased() == uuid.lowercased() else {
            throw .invalidName(reason: "an agent is named by its UUID")
        }
        return APIPath(.agent(id), in: namespace)
    }
}

/// A program that reports the services of a container engine.
public struct Agent: Identifiable, Hashable, Sendable {
    /// The UUID, in lower case.
    public let uuid: String
    /// The path of the agent on the server.
    public let resourceURI: String
    /// The name, which is unique among the agents of its account.
    public let name: String
    /// The user name of its account.
    public let account: String
    /// The engine: `docker`, `podman` or `kubernetes`.
    public let engine: String
    /// The number of its services that use repositories of the namespace.
    public let services: Int
    /// The time of its latest report.
    public let reported: Date
    /// Whether it did not report for 15 minutes.
    public let isStale: Bool
    /// The time of its first report.
    public let created: Date

    /// Creates a value, for example for a fake of the server.
    public init(
        uuid: String, resourceURI: String, name: String, account: String, engine: String = "docker", services: Int = 0, reported: Date,
        isStale: Bool = false, created: Date
    ) {
        self.uuid = uuid
        self.resourceURI = resourceURI
        self.name = name
        self.account = account
        self.engine = engine
        self.services = services
        self.reported = reported
        self.isStale = isStale
        self.created = created
    }

    /// The path on the server, which includes the namespace.
    public var id: String { resourceURI }
}

extension Agent: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: AgentBody.self, what: "an agent", requestID: requestID)
        self.init(
            uuid: body.uuid, resourceURI: body.resourceURI, name: body.name, account: body.account, engine: body.engine,
            services: body.services, reported: try Date(body.reported, of: "reported_datetime", requestID: requestID),
            isStale: body.isStale, created: try Date(body.created, of: "created_datetime", requestID: requestID))
    }
}
