/// A repository in a response.
package struct RepositoryBody: Codable, Hashable, Sendable {
    package var inUse: Bool
    package var name: String
    package var registry: String
    package var resourceURI: String
    package var state: String
    @OrNull package var stateReason: String?
    package var granted: Granted
    @OrNull package var checked: String?
    package var created: String
    package var modified: String
    @OrNull package var lastPull: String?
    @OrNull package var lastPullAccount: String?
    @OrNull package var lastPush: String?
    @OrNull package var lastPushAccount: String?

    package struct Granted: Codable, Hashable, Sendable {
        package var pull: String
        package var push: String

        package init(pull: String, push: String) {
            self.pull = pull
            self.push = push
        }
    }

    package init(
        inUse: Bool, name: String, registry: String, resourceURI: String, state: String, stateReason: String?, granted: Granted,
        checked: String?, created: String, modified: String, lastPull: String? = nil, lastPullAccount: String? = nil,
        lastPush: String? = nil, lastPushAccount: String? = nil
    ) {
        self.inUse = inUse
        self.name = name
        self.registry = registry
        self.resourceURI = resourceURI
        self.state = state
        self.stateReason = stateReason
        self.granted = granted
        self.checked = checked
        self.created = created
        self.modified = modified
        self.lastPull = lastPull
        self.lastPullAccount = lastPullAccount
        self.lastPush = lastPush
        self.lastPushAccount = lastPushAccount
    }

    enum CodingKeys: String, CodingKey {
        case inUse = "in_use"
        case name, registry
        case resourceURI = "resource_uri"
        case state
        case stateReason = "state_reason"
        case granted
        case checked = "checked_datetime"
        case created = "created_datetime"
        case modified = "modified_datetime"
        case lastPull = "last_pulled_datetime"
        case lastPullAccount = "last_pulled_by"
        case lastPush = "last_pushed_datetime"
        case lastPushAccount = "last_pushed_by"
    }
}

/// The body of a request that registers or updates a repository. nil means absent or `null`.
package struct RepositoryRequest: Encodable, Hashable, Sendable {
    package var name: String?
    package var username: String?
    package var password: String?

    package init(name: String? = nil, username: String? = nil, password: String? = nil) {
        self.name = name
        self.username = username
        self.password = password
    }

    /// Members of a fetched repository that old clients send back, and members of Docker Cloud's repositories; they are ignored.
    private static let ignored: Set<String> = [
        "in_use", "registry", "resource_uri", "state", "state_reason", "granted", "checked_datetime", "created_datetime",
        "modified_datetime", "last_pulled_datetime", "last_pulled_by", "last_pushed_datetime", "last_pushed_by", "description", "tags",
        "public_url", "icon_url", "is_private_image", "build_source",
        "dockercloud_action_uri", "last_build_date", "star_count", "jumpstart", "local", "categories", "owner",
    ]

    /// Refuses unknown members, so that a misspelled `pasword` does not register a public repository.
    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() where !Self.ignored.contains(name) {
            switch name {
            case "name": self.name = try value.text(of: name)
            case "username": username = try value.text(of: name)
            case "password": password = try value.text(of: name)
            default: throw .unknownMember(name, known: "a repository has the members name, username and password")
            }
        }
    }
}

extension RepositoryRequest: CustomStringConvertible, CustomReflectable {
    package var description: String { "RepositoryRequest(\(name ?? "-"))" }
    package var customMirror: Mirror { Mirror(self, children: ["name": name as Any]) }
}

/// The body of a request that verifies a repository again.
package struct VerificationRequest: Encodable, Hashable, Sendable {
    package var name: String?
    package var push: Bool?

    package init(name: String?, push: Bool?) {
        self.name = name
        self.push = push
    }

    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() {
            switch name {
            case "name": self.name = try value.text(of: name)
            case "push": push = try value.flag(of: name)
            default: throw .unknownMember(name, known: "a verification has the members name and push")
            }
        }
    }
}
