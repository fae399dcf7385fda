/// An organization, as responses carry it.
package struct OrganizationBody: Codable, Hashable, Sendable {
    package var created: String
    package var name: String
    /// What the caller may do in it.
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
            guard name == "name" else { throw .unknownMember(name, known: "an organization takes name") }
            self.name = try value.text(of: name)
        }
    }
}
