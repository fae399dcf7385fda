/// A person's account in a response.
package struct UserBody: Codable, Hashable, Sendable {
    package var created: String
    package var isAdministrator: Bool
    package var isDisabled: Bool
    package var name: String
    package var resourceURI: String

    package init(created: String, isAdministrator: Bool, isDisabled: Bool, name: String, resourceURI: String) {
        self.created = created
        self.isAdministrator = isAdministrator
        self.isDisabled = isDisabled
        self.name = name
        self.resourceURI = resourceURI
    }

    enum CodingKeys: String, CodingKey {
        case created = "created_datetime"
        case isAdministrator = "is_administrator"
        case isDisabled = "is_disabled"
        case name
        case resourceURI = "resource_uri"
    }
}

/// The body of a request that creates or changes a person's account.
package struct UserRequest: Encodable, Hashable, Sendable {
    package var name: String?
    package var isAdministrator: Bool?
    package var isDisabled: Bool?

    package init(name: String? = nil, isAdministrator: Bool? = nil, isDisabled: Bool? = nil) {
        self.name = name
        self.isAdministrator = isAdministrator
        self.isDisabled = isDisabled
    }

    enum CodingKeys: String, CodingKey {
        case name
        case isAdministrator = "is_administrator"
        case isDisabled = "is_disabled"
    }

    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() {
            switch CodingKeys(rawValue: name) {
            case .name: self.name = try value.text(of: name)
            case .isAdministrator: isAdministrator = try value.flag(of: name)
            case .isDisabled: isDisabled = try value.flag(of: name)
            case nil: throw .unknownMember(name, known: "a user has the members name, is_administrator and is_disabled")
            }
        }
    }
}
