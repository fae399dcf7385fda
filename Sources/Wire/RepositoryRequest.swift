/// The body of a request that registers or updates a repository. A member that is nil was absent or `null`.
package struct RepositoryRequest: Encodable, Hashable, Sendable {
    package var name: String?
    package var username: String?
    package var password: String?

    package init(name: String? = nil, username: String? = nil, password: String? = nil) {
        self.name = name
        self.username = username
        self.password = password
    }

    /// What old clients echo from a repository that they fetched, and what repositories once had: read over.
    private static let ignored: Set<String> = [
        "in_use", "registry", "resource_uri", "state", "state_reason", "granted", "checked_datetime", "created_datetime",
        "modified_datetime", "last_pulled_datetime", "last_pulled_by", "last_pushed_datetime", "last_pushed_by", "description", "tags",
        "public_url", "icon_url", "is_private_image", "build_source",
        "dockercloud_action_uri", "last_build_date", "star_count", "jumpstart", "local", "categories", "owner",
    ]

    /// Every other member is refused by its name: `pasword` must not register a public repository.
    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() where !Self.ignored.contains(name) {
            switch name {
            case "name": self.name = try value.text(of: name)
            case "username": username = try value.text(of: name)
            case "password": password = try value.text(of: name)
            default: throw .unknownMember(name, known: "a repository takes name, username and password")
            }
        }
    }
}

extension RepositoryRequest: CustomStringConvertible, CustomReflectable {
    package var description: String { "RepositoryRequest(\(name ?? "-"))" }
    package var customMirror: Mirror { Mirror(self, children: ["name": name as Any]) }
}
