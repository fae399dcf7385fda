/// A registry, as responses carry it.
package struct RegistryBody: Codable, Hashable, Sendable {
    package var host: String
    package var isDockerRegistry: Bool
    /// nil until the server first reached a registry on its own machine.
    package var isSSL: Bool?
    package var name: String
    package var port: Int?
    package var resourceURI: String
    /// Whether an administrator allows it to be in a private network.
    package var isTrusted: Bool
    /// Whether an administrator allows it to be spoken to without TLS.
    package var plainHTTP: Bool
    /// Certificates in PEM that are trusted for it beside the system's.
    package var caCertificate: String?
    /// The URL that its tokens are made at.
    package var realm: String?
    /// The private networks that it is trusted in, where it is not in all of them; nil for none.
    package var trustedNetworks: [String]?
    /// Hosts in private networks that it may redirect downloads to; nil for none.
    package var blobHosts: [String]?

    package init(
        host: String, isDockerRegistry: Bool, isSSL: Bool?, name: String, port: Int?, resourceURI: String, isTrusted: Bool,
        plainHTTP: Bool, caCertificate: String?, realm: String?, trustedNetworks: [String]? = nil, blobHosts: [String]? = nil
    ) {
        self.trustedNetworks = trustedNetworks
        self.blobHosts = blobHosts
        self.host = host
        self.isDockerRegistry = isDockerRegistry
        self.isSSL = isSSL
        self.name = name
        self.port = port
        self.resourceURI = resourceURI
        self.isTrusted = isTrusted
        self.plainHTTP = plainHTTP
        self.caCertificate = caCertificate
        self.realm = realm
    }

    enum CodingKeys: String, CodingKey {
        case host
        case isDockerRegistry = "is_docker_registry"
        case isSSL = "is_ssl"
        case name, port
        case resourceURI = "resource_uri"
        case isTrusted = "is_trusted"
        case plainHTTP = "plain_http"
        case caCertificate = "ca_certificate"
        case realm
        case trustedNetworks = "trusted_networks"
        case blobHosts = "blob_hosts"
    }

    /// Written out because a server that knows nothing of trust leaves out what it would say of it.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        host = try container.decode(String.self, forKey: .host)
        isDockerRegistry = try container.decode(Bool.self, forKey: .isDockerRegistry)
        isSSL = try container.decodeIfPresent(Bool.self, forKey: .isSSL)
        name = try container.decode(String.self, forKey: .name)
        port = try container.decodeIfPresent(Int.self, forKey: .port)
        resourceURI = try container.decode(String.self, forKey: .resourceURI)
        isTrusted = try container.decodeIfPresent(Bool.self, forKey: .isTrusted) ?? false
        plainHTTP = try container.decodeIfPresent(Bool.self, forKey: .plainHTTP) ?? false
        caCertificate = try container.decodeIfPresent(String.self, forKey: .caCertificate)
        realm = try container.decodeIfPresent(String.self, forKey: .realm)
        trustedNetworks = try container.decodeIfPresent([String].self, forKey: .trustedNetworks)
        blobHosts = try container.decodeIfPresent([String].self, forKey: .blobHosts)
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
        try container.encode(isTrusted, forKey: .isTrusted)
        try container.encode(plainHTTP, forKey: .plainHTTP)
        try container.encode(caCertificate, forKey: .caCertificate)
        try container.encode(realm, forKey: .realm)
        try container.encodeIfPresent(trustedNetworks, forKey: .trustedNetworks)
        try container.encodeIfPresent(blobHosts, forKey: .blobHosts)
    }
}
