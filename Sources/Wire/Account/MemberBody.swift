/// A member of an organization, as responses carry it.
package struct MemberBody: Codable, Hashable, Sendable {
    package var created: String
    package var name: String
    /// The path of the organization.
    package var organization: String
    package var permission: String
    package var resourceURI: String

    package init(created: String, name: String, organization: String, permission: String, resourceURI: String) {
        self.created = created
        self.name = name
        self.organization = organization
        self.permission = permission
        self.resourceURI = resourceURI
    }

    enum CodingKeys: String, CodingKey {
        case created = "created_datetime"
        case name, organization, permission
        case resourceURI = "resource_uri"
    }
}

/// A robot of an organization, as responses carry it.
package struct RobotBody: Codable, Hashable, Sendable {
    /// The name that it logs in with, `organization+robot`.
    package var account: String
    package var created: String
    package var name: String
    /// The path of the organization.
    package var organization: String
    package var permission: String
    package var resourceURI: String

    package init(account: String, created: String, name: String, organization: String, permission: String, resourceURI: String) {
        self.account = account
        self.created = created
        self.name = name
        self.organization = organization
        self.permission = permission
        self.resourceURI = resourceURI
    }

    enum CodingKeys: String, CodingKey {
        case account
        case created = "created_datetime"
        case name, organization, permission
        case resourceURI = "resource_uri"
    }
}

/// The body of a request that makes somebody a member, creates a robot, or changes what one of them may do.
package struct MemberRequest: Encodable, Hashable, Sendable {
    package var name: String?
    package var permission: String?

    package init(name: String? = nil, permission: String? = nil) {
        self.name = name
        self.permission = permission
    }

    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() {
            switch name {
            case "name": self.name = try value.text(of: name)
            case "permission": permission = try value.text(of: name)
            default: throw .unknownMember(name, known: "members and robots take name and permission")
            }
        }
    }
}
