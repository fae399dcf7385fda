public import FoundationEssentials
import Naming
import Wire

/// The calls on the audit trail of a namespace.
public struct Actions: Sendable {
    let transport: Transport
    let namespace: NamespaceName?

    /// How many candidates a beginning that is too short is answered with.
    private static let maximumCandidates = 5
    private static let lengthOfUUID = 36

    /// The actions, newest first, page by page as they are asked for; conditions that are given must all hold.
    ///
    /// There may be many: the last ten are `list(pageSize: 10).prefix(10)`.
    ///
    /// - Parameters:
    ///   - state: How they went.
    ///   - action: What was done, such as `Repository Pull`.
    ///   - object: The resource URI of what they were about.
    ///   - repository: The name of the repository that they were about.
    ///   - user: The name of the account.
    ///   - apiKey: The identifier of the API key.
    ///   - uuidStartsWith: The beginning of the UUID.
    ///   - startedFrom: They began then or later; whole seconds count, as in the others.
    ///   - startedUntil: They began then or before.
    ///   - endedFrom: They ended then or later.
    ///   - endedUntil: They ended then or before.
    ///   - inAllNamespaces: Those of all namespaces, for a server administrator.
    ///   - pageSize: How many to fetch with one request, at most 1000; nil for the server's default.
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

    /// An action, by its UUID.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where there is none.
    public func get(_ uuid: String) async throws(DockerCloudError) -> Action {
        guard let id = UUID(uuidString: uuid), id.uuidString.lowercased() == uuid.lowercased() else {
            throw .invalidName(uuid, reason: "an action is named by its UUID")
        }
        return try await transport.object(ClientRequest(.get, APIPath(.action(id), in: namespace)))
    }

    /// The action whose UUID is this, or begins with it.
    ///
    /// - Throws: ``DockerCloudError/noMatch(_:)`` where none does, ``DockerCloudError/ambiguous(_:candidates:)`` where several do.
    public func find(_ beginning: String) async throws(DockerCloudError) -> Action {
        let beginning = beginning.lowercased()
        guard beginning.utf8.count < Self.lengthOfUUID else { return try await get(beginning) }
        guard !beginning.isEmpty, beginning.utf8.allSatisfy({ $0.isHexDigit || $0 == UInt8(ascii: "-") }) else {
            throw .invalidName(beginning, reason: "an action is named by its UUID, or the beginning of it")
        }
        var found: [Action] = []
        for try await action in try list(uuidStartsWith: beginning, pageSize: Self.maximumCandidates).prefix(Self.maximumCandidates) {
            found.append(action)
        }
        guard let first = found.first else { throw .noMatch(beginning) }
        guard found.count == 1 else { throw .ambiguous(beginning, candidates: found.map(\.uuid)) }
        return first
    }
}
