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
        "modified_datetime", "description", "tags", "public_url", "icon_url", "is_private_image", "build_source",
        "dockercloud_action_uri", "last_build_date", "star_count", "jumpstart", "local", "categories", "owner",
    ]

    /// Every other member is refused by its name: `pasword` must not register a public repository.
    package init(_ json: JSON) throws(BodyError) {
        guard case .object(let members) = json else { throw .notAnObject(found: json.kind) }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) where !Self.ignored.contains(name) {
            switch name {
            case "name": self.name = try Self.text(value, of: name)
            case "username": username = try Self.text(value, of: name)
            case "password": password = try Self.text(value, of: name)
            default: throw .unknownMember(name)
            }
        }
    }

    private static func text(_ value: JSON, of member: String) throws(BodyError) -> String? {
        switch value {
        case .null: nil
        case .string(let text): text
        default: throw .wrongType(member: member, expected: "a string", found: value.kind)
        }
    }
}

extension RepositoryRequest: CustomStringConvertible, CustomReflectable {
    package var description: String { "RepositoryRequest(\(name ?? "-"))" }
    package var customMirror: Mirror { Mirror(self, children: ["name": name as Any]) }
}

/// A body that is JSON but not what the resource takes.
package enum BodyError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAnObject(found: String)
    case unknownMember(String)
    case wrongType(member: String, expected: String, found: String)

    package var description: String {
        switch self {
        case .notAnObject(let found): "The body must be a JSON object, not \(found)"
        case .unknownMember(let name): "Unknown member '\(name.prefix(64))': a repository takes name, username and password"
        case .wrongType(let member, let expected, let found): "The member '\(member)' must be \(expected), not \(found)"
        }
    }
}
