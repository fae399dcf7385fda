/// A registry, as responses carry it.
package struct RegistryBody: Codable, Hashable, Sendable {
    package var host: String
    package var isDockerRegistry: Bool
    /// nil until the server first reached a registry on its own machine.
    package var isSSL: Bool?
    package var name: String
    package var port: Int?
    package var resourceURI: String

    package init(host: String, isDockerRegistry: Bool, isSSL: Bool?, name: String, port: Int?, resourceURI: String) {
        self.host = host
        self.isDockerRegistry = isDockerRegistry
        self.isSSL = isSSL
        self.name = name
        self.port = port
        self.resourceURI = resourceURI
    }

    enum CodingKeys: String, CodingKey {
        case host
        case isDockerRegistry = "is_docker_registry"
        case isSSL = "is_ssl"
        case name, port
        case resourceURI = "resource_uri"
    }

    /// Written out for the sake of `null`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(host, forKey: .host)
        try container.encode(isDockerRegistry, forKey: .isDockerRegistry)
        try container.encode(isSSL, forKey: .isSSL)
        try container.encode(name, forKey: .name)
        try container.encode(port, forKey: .port)
        try container.encode(resourceURI, forKey: .resourceURI)
    }
}
