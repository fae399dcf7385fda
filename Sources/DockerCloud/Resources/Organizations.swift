public import FoundationEssentials
import Naming
import Wire

/// The operations on the organizations that the client's account belongs to.
public struct Organizations: Sendable {
    let transport: Transport

    /// Lists the organizations, sorted by name. Pages are fetched on demand.
    ///
    /// - Parameter pageSize: The number of organizations per request, at most 1000; nil for the server's default.
    public func list(pageSize: Int? = nil) throws(DockerCloudError) -> Listing<Organization> {
        var query = QueryItems()
        query.add("limit", pageSize)
        return try transport.list(APIPath(.organizations), query)
    }

    /// Creates an organization with the client's account as an admin.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 if the name is or was in use.
    public func create(_ name: String) async throws(DockerCloudError) -> Organization {
        _ = try NamespaceName(checkingAccount: name)
        return try await transport.object(ClientRequest(.post, APIPath(.organizations), body: OrganizationRequest(name: name)))
    }

    /// Returns an organization.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 if the account does not belong to an organization of this name.
    public func get(_ name: String) async throws(DockerCloudError) -> Organization {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Removes an organization, with its robots and their API keys.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 while it has repositories.
    public func remove(_ name: String) async throws(DockerCloudError) {
        _ = try await transport.send(ClientRequest(.delete, path(name)))
    }

    private func path(_ name: String) throws(DockerCloudError) -> APIPath {
        APIPath(.organization(try NamespaceName(checkingAccount: name)))
    }
}

/// An organization: a namespace that several accounts share.
public struct Organization: CloudObject, Hashable, Sendable {
    /// The name, which is also the name of its namespace.
    public let name: String
    /// The permission of the client's account.
    public let permission: Permission
    /// The time of its creation; nil if the server's value is not a date.
    public let created: Date?
    /// The path of the organization on the server.
    public let resourceURI: String
    private let object: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: OrganizationBody.self, what: "an organization", requestID: requestID)
        name = body.name
        permission = Permission(rawValue: body.permission)
        created = WireCoding.date(body.created)
        resourceURI = body.resourceURI
        object = json
    }

    /// The server's object, including members that this library does not know, as JSON on one line.
    public var json: String { object.text() }
    /// The server's object, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
}

/// The permission of an account in an organization. Each permission includes those before it. A server may know more permissions
/// than this library.
public struct Permission: RawRepresentable, Hashable, Sendable {
    /// The word that the server uses.
    public let rawValue: String

    /// The permission of that word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Listing and inspecting.
    public static let read = Permission(rawValue: "read")
    /// Also verifying repositories again.
    public static let write = Permission(rawValue: "write")
    /// Also registering, updating and removing repositories, and managing members, robots and the organization itself.
    public static let admin = Permission(rawValue: "admin")
}
