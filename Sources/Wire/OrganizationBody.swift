/// An organization in a response.
package struct OrganizationBody: Codable, Hashable, Sendable {
    package var created: String
    package var name: String
    /// The permission of the account that sent the request.
    package var permission: String
    package var resourceURI: String

    package init(created: String, name: String, permission: String, resourceURI: String) {
        self.created = created
        self.name = name
        self.permission = permission
        self.resourceURI = resourceURI
    }

    enum CodingKeys: String, CodingKey {
        case created = "created_datetime"
        case name, permission
        case resourceURI = "resource_uri"
    }
}

/// The body of a request that creates an organization.
package struct OrganizationRequest: Encodable, Hashable, Sendable {
    package var name: String?

    package init(name: String?) {
        self.name = name
    }

    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() {
            guard name == "name" else { throw .unknownMember(name, known: "an organization has the member name") }
            self.name = try value.text(of: name)
        }
    }
}

/// A member of an organization in a response.
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

/// A robot of an organization in a response.
package struct RobotBody: Codable, Hashable, Sendable {
    /// The user name, `organization+robot`.
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

/// The body of a request that adds a member, creates a robot, or changes the permission of either.
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
