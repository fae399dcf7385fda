/// The body of a request that configures a registry. A member that is nil was absent or `null`, and leaves things as they
/// are; an empty text takes away what was set.
package struct RegistryRequest: Encodable, Hashable, Sendable {
    package var isTrusted: Bool?
    package var plainHTTP: Bool?
    package var caCertificate: String?
    package var realm: String?

    package init(isTrusted: Bool? = nil, plainHTTP: Bool? = nil, caCertificate: String? = nil, realm: String? = nil) {
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
    }

    /// What clients echo from a registry that they fetched: read over.
    private static let ignored: Set<String> = ["host", "is_docker_registry", "is_ssl", "name", "port", "resource_uri"]

    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() where !Self.ignored.contains(name) {
            switch CodingKeys(rawValue: name) {
            case .isTrusted: isTrusted = try value.flag(of: name)
            case .plainHTTP: plainHTTP = try value.flag(of: name)
            case .caCertificate: caCertificate = try value.text(of: name)
            case .realm: realm = try value.text(of: name)
            case nil: throw .unknownMember(name, known: "a registry takes is_trusted, plain_http, ca_certificate and realm")
            }
        }
    }
}
