public import FoundationEssentials
import Naming
import Wire

/// The operations on the audit trail of a namespace.
public struct Actions: Sendable {
    let transport: Transport
    let namespace: NamespaceName?

    /// The number of candidates in the error for an ambiguous UUID prefix.
    private static let maximumCandidates = 5
    private static let lengthOfUUID = 36

    /// Lists the actions that match all given conditions, newest first. Pages are fetched on demand.
    ///
    /// The list may be long. The latest ten actions are `list(pageSize: 10).prefix(10)`.
    ///
    /// - Parameters:
    ///   - state: The outcome.
    ///   - action: The kind of action, such as `Repository Pull`.
    ///   - object: The resource URI of the object.
    ///   - repository: The name of the repository.
    ///   - user: The name of the account.
    ///   - apiKey: The ID of the API key.
    ///   - uuidStartsWith: A prefix of the UUID.
    ///   - startedFrom: The earliest start time. Fractions of a second are ignored in all four times.
    ///   - startedUntil: The latest start time.
    ///   - endedFrom: The earliest end time.
    ///   - endedUntil: The latest end time.
    ///   - inAllNamespaces: Whether to list the actions of all namespaces. Only for server administrators.
    ///   - pageSize: The number of actions per request, at most 1000; nil for the server's default.
    public func list(
        state: Action.State? = nil, action: String? = nil, object: String? = nil, repository: String? = nil, user: String? = nil,
        apiKey: String? = nil, uuidStartsWith: String? = nil, startedFrom: Date? = nil, startedUntil: Date? = nil,
        endedFrom: Date? = nil, endedUntil: Date? = nil, inAllNamespaces: Bool = false, pageSize: Int? = nil
    ) throws(DockerCloudError) -> Listing<Action> {
        var query = QueryItems()
        query.add("state", state?.rawValue)
        query.add("action", action)
        query.add("object", object)
        query.add("repository", repository)
        query.add("user", user)
        query.add("key_id", apiKey)
        query.add("all_namespaces", inAllNamespaces ? "true" : nil)
        query.add("uuid__startswith", uuidStartsWith)
        query.add("start_date__gte", startedFrom.map(WireCoding.text))
        query.add("start_date__lte", startedUntil.map(WireCoding.text))
        query.add("end_date__gte", endedFrom.map(WireCoding.text))
        query.add("end_date__lte", endedUntil.map(WireCoding.text))
        query.add("limit", pageSize)
        return try transport.list(APIPath(.actions, in: inAllNamespaces ? nil : namespace), query)
    }

    /// Returns an action by its UUID.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if it does not exist.
    public func get(_ uuid: String) async throws(DockerCloudError) -> Action {
        try await received(uuid).value
    }

    private func received(_ uuid: String) async throws(DockerCloudError) -> Received<Action> {
        guard let id = UUID(uuidString: uuid), id.uuidString.lowercased() == uuid.lowercased() else {
            throw .invalidName(reason: "an action is named by its UUID")
        }
        return try await transport.object(ClientRequest(.get, APIPath(.action(id), in: namespace)))
    }

    /// Returns the action with this UUID or with the only UUID that has this prefix.
    ///
    /// - Throws: ``DockerCloudError/Code/noMatch`` if no UUID matches, ``DockerCloudError/Code/ambiguous`` if several do.
    public func find(_ prefix: String) async throws(DockerCloudError) -> Action {
        try await receivedMatch(prefix).value
    }

    /// Finds an action, and returns it with the object that the server sent.
    package func receivedMatch(_ prefix: String) async throws(DockerCloudError) -> Received<Action> {
        let prefix = prefix.lowercased()
        guard prefix.utf8.count < Self.lengthOfUUID else { return try await received(prefix) }
        guard !prefix.isEmpty, prefix.utf8.allSatisfy({ $0.isHexDigit || $0 == UInt8(ascii: "-") }) else {
            throw .invalidName(reason: "an action is named by its UUID or a prefix of it")
        }
        var found: [Received<Action>] = []
        let listing = try list(uuidStartsWith: prefix, pageSize: Self.maximumCandidates).received
        for try await action in listing.prefix(Self.maximumCandidates) { found.append(action) }
        guard let first = found.first else { throw .noMatch(prefix, "action") }
        guard found.count == 1 else { throw .ambiguous(prefix, "action", candidates: found.map(\.value.uuid)) }
        return first
    }
}
