import FoundationEssentials
import Naming
import Wire

/// The operations on the services of a namespace.
public struct Services: Sendable {
    let transport: Transport
    let namespace: NamespaceName?

    /// The number of candidates in the error for an ambiguous name or prefix.
    private static let maximumCandidates = 5
    private static let lengthOfUUID = 36

    /// Lists the services that match all given conditions, sorted by name. Pages are fetched on demand.
    ///
    /// - Parameters:
    ///   - image: The name of a repository in any spelling; with a tag or a digest, only the services that use this image.
    ///   - name: The name of the service.
    ///   - state: The state.
    ///   - uuidStartsWith: A prefix of the UUID.
    ///   - pageSize: The number of services per request, at most 1000; nil for the server's default.
    public func list(
        image: String? = nil, name: String? = nil, state: Service.State? = nil, uuidStartsWith: String? = nil, pageSize: Int? = nil
    ) throws(DockerCloudError) -> Listing<Service> {
        var query = QueryItems()
        query.add("image", image)
        query.add("name", name)
        query.add("state", state?.rawValue)
        query.add("uuid__startswith", uuidStartsWith)
        query.add("limit", pageSize)
        return try transport.list(APIPath(.services, in: namespace), query)
    }

    /// Declares a service, which uses its image until it is terminated. The server starts no containers.
    ///
    /// - Parameters:
    ///   - image: The image, `registry.example/team/image:v1`.
    ///   - name: The name of the service; nil for the last component of the repository's name.
    public func create(image: String, name: String? = nil) async throws(DockerCloudError) -> Service {
        _ = try ImageReference(checking: image)
        let body = ServiceRequest(image: image, name: name)
        return try await transport.object(ClientRequest(.post, APIPath(.services, in: namespace), body: body))
    }

    /// Returns a service by its UUID.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if it does not exist.
    public func get(_ uuid: String) async throws(DockerCloudError) -> Service {
        try await received(uuid).value
    }

    /// Changes the image or the name of a declared service; nil for no change.
    public func update(_ uuid: String, image: String? = nil, name: String? = nil) async throws(DockerCloudError) -> Service {
        if let image { _ = try ImageReference(checking: image) }
        return try await transport.object(ClientRequest(.patch, path(uuid), body: ServiceRequest(image: image, name: name)))
    }

    /// Terminates a declared service, which deletes it.
    public func terminate(_ uuid: String) async throws(DockerCloudError) {
        _ = try await transport.send(ClientRequest(.delete, path(uuid)))
    }

    /// Returns the service with this UUID, with this name, or with the only UUID that has this prefix.
    ///
    /// - Throws: ``DockerCloudError/Code/noMatch`` if no service matches, ``DockerCloudError/Code/ambiguous`` if several do.
    public func find(_ identifier: String) async throws(DockerCloudError) -> Service {
        try await receivedMatch(identifier).value
    }

    /// Finds a service, and returns it with the object that the server sent.
    package func receivedMatch(_ identifier: String) async throws(DockerCloudError) -> Received<Service> {
        if UUID(uuidString: identifier) != nil { return try await received(identifier) }
        guard !identifier.isEmpty else { throw .noMatch(ofUUIDOrName: identifier, "service") }
        // Names come first, since a name such as `db` is also a prefix of UUIDs.
        var found = try await candidates(list(name: identifier, pageSize: Self.maximumCandidates))
        if found.isEmpty, Self.isPrefixOfUUID(identifier) {
            found = try await candidates(list(uuidStartsWith: identifier.lowercased(), pageSize: Self.maximumCandidates))
        }
        guard let first = found.first else { throw .noMatch(ofUUIDOrName: identifier, "service") }
        guard found.count == 1 else { throw .ambiguous(uuidOrName: identifier, "service", candidates: found.map(\.value.uuid)) }
        return first
    }

    private static func isPrefixOfUUID(_ text: String) -> Bool {
        guard text.utf8.count < lengthOfUUID, text.utf8.first?.isHexDigit == true else { return false }
        return text.utf8.allSatisfy { $0.isHexDigit || $0 == UInt8(ascii: "-") }
    }

    private func candidates(_ listing: Listing<Service>) async throws(DockerCloudError) -> [Received<Service>] {
        var found: [Received<Service>] = []
        for try await service in listing.received.prefix(Self.maximumCandidates) { found.append(service) }
        return found
    }

    private func received(_ uuid: String) async throws(DockerCloudError) -> Received<Service> {
        try await transport.object(ClientRequest(.get, path(uuid)))
    }

    private func path(_ uuid: String) throws(DockerCloudError) -> APIPath {
        guard let id = UUID(uuidString: uuid), id.uuidString.lowercased() == uuid.lowercased() else {
            throw .invalidName(reason: "a service is named by its UUID")
        }
        return APIPath(.service(id), in: namespace)
    }
}
