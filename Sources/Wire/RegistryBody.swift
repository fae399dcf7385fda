/// A registry in a response.
package struct RegistryBody: Codable, Hashable, Sendable {
    package var host: String
    package var isDockerRegistry: Bool
    /// nil for a registry on the server's own machine until the server first connects to it.
    package var isSSL: Bool?
    package var name: String
    package var port: Int?
    package var resourceURI: String
    /// Whether an administrator allows it to be in a private network.
    package var isTrusted: Bool
    /// Whether an administrator allows connections to it without TLS.
    package var plainHTTP: Bool
    /// Certificates in PEM to trust for it in addition to the system's.
    package var caCertificate: String?
    /// The URL of its token service.
    package var realm: String?
    /// The private networks that it is trusted in, if it is not trusted in all of them; nil for none.
    package var trustedNetworks: [String]?
    /// The hosts in private networks that it may redirect downloads to; nil for none.
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

    /// Applies defaults to members about trust, which servers without that feature do not send.
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

    /// Encodes nil as `null`.
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

/// The body of a request that configures a registry. nil means absent or `null` and changes nothing; an empty string removes a value.
package struct RegistryRequest: Encodable, Hashable, Sendable {
    package var isTrusted: Bool?
    package var plainHTTP: Bool?
    package var caCertificate: String?
    package var realm: String?
    /// The complete list; an empty one removes all.
    package var blobHosts: [String]?

    package init(
        isTrusted: Bool? = nil, plainHTTP: Bool? = nil, caCertificate: String? = nil, realm: String? = nil, blobHosts: [String]? = nil
    ) {
        self.blobHosts = blobHosts
        self.isTrusted = isTrusted
        self.plainHTTP = plainHTTP
        self.caCertificate = caCertificate
        self.realm = realm
    }

    enum CodingKeys: String, CodingKey {
        case isTrusted = "is_trusted"
        case plainHTTP = "plain_http"
        case caCertificate = "ca_certificate"
        case realm
        case blobHosts = "blob_hosts"
    }

    /// The networks that it is trusted in. If a request contains them, `is_trusted: true` repeats a response and is ignored.
    private static let networks = "trusted_networks"

    /// Members of a fetched registry that clients send back; they are ignored.
    private static let ignored: Set<String> = ["host", "is_docker_registry", "is_ssl", "name", "port", "resource_uri"]

    package init(_ json: JSON) throws(BodyError) {
        var hasNetworks = false
        for (name, value) in try json.members() where !Self.ignored.contains(name) {
            if name == Self.networks {
                hasNetworks = try value.texts(of: name)?.isEmpty == false
                continue
            }
            switch CodingKeys(rawValue: name) {
            case .isTrusted: isTrusted = try value.flag(of: name)
            case .plainHTTP: plainHTTP = try value.flag(of: name)
            case .caCertificate: caCertificate = try value.text(of: name)
            case .realm: realm = try value.text(of: name)
            case .blobHosts: blobHosts = try value.texts(of: name)
            case nil:
                throw .unknownMember(name, known: "a registry has the members is_trusted, plain_http, ca_certificate, realm and blob_hosts")
            }
        }
        if hasNetworks, isTrusted == true { isTrusted = nil }
    }
}
