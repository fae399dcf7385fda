/// The body of a request that configures a registry. A member that is nil was absent or `null`, and leaves things as they
/// are; an empty text takes away what was set.
package struct RegistryRequest: Encodable, Hashable, Sendable {
    package var isTrusted: Bool?
    package var plainHTTP: Bool?
    package var caCertificate: String?
    package var realm: String?
    /// All of them; an empty list takes them away.
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

    /// The networks that it is trusted in. Beside them, `is_trusted` is an echo: it says no more than they do.
    private static let networks = "trusted_networks"

    /// What clients echo from a registry that they fetched: read over.
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
            case nil: throw .unknownMember(name, known: "a registry takes is_trusted, plain_http, ca_certificate, realm and blob_hosts")
            }
        }
        if hasNetworks, isTrusted == true { isTrusted = nil }
    }
}
