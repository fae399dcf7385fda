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
    /// - Throws: ``DockerCloudError/Code/conflict`` if the name is or was in use.
    public func create(_ name: String) async throws(DockerCloudError) -> Organization {
        _ = try NamespaceName(checkingAccount: name)
        return try await transport.object(ClientRequest(.post, APIPath(.organizations), body: OrganizationRequest(name: name)))
    }

    /// Returns an organization.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if the account does not belong to an organization of this name.
    public func get(_ name: String) async throws(DockerCloudError) -> Organization {
        try await received(name).value
    }

    /// Returns an organization with the object that the server sent.
    package func received(_ name: String) async throws(DockerCloudError) -> Received<Organization> {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Removes an organization, with its robots and their API keys.
    ///
    /// - Throws: ``DockerCloudError/Code/conflict`` while it has repositories.
    public func remove(_ name: String) async throws(DockerCloudError) {
        _ = try await transport.send(ClientRequest(.delete, path(name)))
    }

    private func path(_ name: String) throws(DockerCloudError) -> APIPath {
        APIPath(.organization(try NamespaceName(checkingAccount: name)))
    }
}

/// An organization: a namespace that several accounts share.
public struct Organization: Identifiable, Hashable, Sendable {
    /// The name, which is also the name of its namespace.
    public let name: String
    /// The permission of the client's account.
    public let permission: Permission
    /// The time of its creation.
    public let created: Date
    /// The path of the organization on the server.
    public let resourceURI: String

    /// Creates a value, for example for a fake of the server.
    public init(name: String, permission: Permission, created: Date, resourceURI: String) {
        self.name = name
        self.permission = permission
        self.created = created
        self.resourceURI = resourceURI
    }

    /// The path on the server.
    public var id: String { resourceURI }
}

extension Organization: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: OrganizationBody.self, what: "an organization", requestID: requestID)
        self.init(
            name: body.name, permission: Permission(rawValue: body.permission),
            created: try Date(body.created, of: "created_datetime", requestID: requestID),
            resourceURI: body.resourceURI)
    }
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
