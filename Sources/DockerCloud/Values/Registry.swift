import Wire

/// A registry, as the server knows it.
public struct Registry: CloudObject, Hashable, Sendable {
    /// The host that its API is at.
    public let host: String
    /// The TCP port; nil where the server names none.
    public let port: Int?
    /// What people call it.
    public let name: String
    /// Whether it is Docker Hub.
    public let isDockerRegistry: Bool
    /// Whether it is spoken to in TLS; nil until it was first reached.
    public let isSSL: Bool?
    /// The hosts in private networks that it may redirect downloads to.
    public let blobHosts: [String]
    /// The path of the registry on the server.
    public let resourceURI: String
    private let object: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: RegistryBody.self, what: "a registry", requestID: requestID)
        host = body.host
        port = body.port
        name = body.name
        isDockerRegistry = body.isDockerRegistry
        isSSL = body.isSSL
        resourceURI = body.resourceURI
        blobHosts = body.blobHosts ?? []
        object = json
    }

    /// The host and, where it is part of the registry's identity, the port: what ``Registries/get(_:)`` takes.
    public var authority: String {
        resourceURI.split(separator: "/").last.map(String.init) ?? host
    }

    /// All that the server sent, members included that this library does not know, as JSON in one line.
    public var json: String { object.text() }
    /// All that the server sent, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
}
