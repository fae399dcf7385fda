/// A repository, as responses carry it.
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
