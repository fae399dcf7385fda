/// A repository, as responses carry it.
package struct RepositoryBody: Codable, Hashable, Sendable {
    package var inUse: Bool
    package var name: String
    package var registry: String
    package var resourceURI: String
    package var state: String
    package var stateReason: String?
    package var granted: Granted
    package var checked: String?
    package var created: String
    package var modified: String

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
        checked: String?, created: String, modified: String
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
    }

    /// Written out because a synthesised one leaves members out that are nil; the API's clients expect `null`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(inUse, forKey: .inUse)
        try container.encode(name, forKey: .name)
        try container.encode(registry, forKey: .registry)
        try container.encode(resourceURI, forKey: .resourceURI)
        try container.encode(state, forKey: .state)
        try container.encode(stateReason, forKey: .stateReason)
        try container.encode(granted, forKey: .granted)
        try container.encode(checked, forKey: .checked)
        try container.encode(created, forKey: .created)
        try container.encode(modified, forKey: .modified)
    }
}
