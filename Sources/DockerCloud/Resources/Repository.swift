public import FoundationEssentials
import Wire

/// A registered repository on a third-party registry, without its credential.
public struct Repository: Identifiable, Hashable, Sendable {
    /// The canonical name, `registry.example/team/image`.
    public let name: String
    /// The resource URI of its registry.
    public let registry: String
    /// The path of the repository on the server.
    public let resourceURI: String
    /// Whether a service of the namespace uses an image of it.
    public let inUse: Bool
    /// The result of the latest verification of the credential.
    public let state: State
    /// The reason for the state, in a sentence; nil if the state needs none.
    public let stateReason: String?
    /// The accesses that the credential grants.
    public let granted: Granted
    /// The time of the latest verification, or when a pull or push last changed the state or showed a grant; nil if there was none.
    public let checked: Date?
    /// The time of its registration.
    public let created: Date
    /// The time when its credential was last replaced; at first, the time of its registration.
    public let modified: Date
    /// The time when a client last pulled from it through the server, accurate to five minutes; nil if no client did.
    public let lastPulled: Date?
    /// The name of the account that last pulled from it.
    public let lastPulledBy: String?
    /// The time when a client last pushed to it through the server, accurate to five minutes; nil if no client did.
    public let lastPushed: Date?
    /// The name of the account that last pushed to it.
    public let lastPushedBy: String?

    /// Creates a value, for example for a fake of the server.
    public init(
        name: String, registry: String, resourceURI: String, inUse: Bool = false, state: State = .unverified, stateReason: String? = nil,
        granted: Granted = Granted(), checked: Date? = nil, created: Date, modified: Date, lastPulled: Date? = nil,
        lastPulledBy: String? = nil, lastPushed: Date? = nil, lastPushedBy: String? = nil
    ) {
        self.name = name
        self.registry = registry
        self.resourceURI = resourceURI
        self.inUse = inUse
        self.state = state
        self.stateReason = stateReason
        self.granted = granted
        self.checked = checked
        self.created = created
        self.modified = modified
        self.lastPulled = lastPulled
        self.lastPulledBy = lastPulledBy
        self.lastPushed = lastPushed
        self.lastPushedBy = lastPushedBy
    }

    /// The path on the server, which includes the namespace.
    public var id: String { resourceURI }
}

extension Repository: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: RepositoryBody.self, what: "a repository", requestID: requestID)
        self.init(
            name: body.name, registry: body.registry, resourceURI: body.resourceURI, inUse: body.inUse,
            state: State(rawValue: body.state), stateReason: body.stateReason,
            granted: Granted(pull: Grant(rawValue: body.granted.pull), push: Grant(rawValue: body.granted.push)),
            checked: try Date.optional(body.checked, of: "checked_datetime", requestID: requestID),
            created: try Date(body.created, of: "created_datetime", requestID: requestID),
            modified: try Date(body.modified, of: "modified_datetime", requestID: requestID),
            lastPulled: try Date.optional(body.lastPull, of: "last_pulled_datetime", requestID: requestID),
            lastPulledBy: body.lastPullAccount,
            lastPushed: try Date.optional(body.lastPush, of: "last_pushed_datetime", requestID: requestID),
            lastPushedBy: body.lastPushAccount)
    }
}

extension Repository {
    /// The result of verifying a credential. A server may know more states than this library.
    public struct State: RawRepresentable, Hashable, Sendable {
        /// The word that the server uses.
        public let rawValue: String

        /// The state of that word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The registry accepted the credential for this repository.
        public static let verified = State(rawValue: "Verified")
        /// The registry accepted the credential and has no such repository yet.
        public static let absent = State(rawValue: "Absent")
        /// The registry refused the credential when it was verified again.
        public static let rejected = State(rawValue: "Rejected")
        /// The registry gave no response that allows a conclusion about the credential.
        public static let unreachable = State(rawValue: "Unreachable")
        /// The credential was not verified with the registry.
        public static let unverified = State(rawValue: "Unverified")
    }

    /// The accesses that a credential grants.
    public struct Granted: Hashable, Sendable {
        /// Whether the credential may pull.
        public let pull: Grant
        /// Whether the credential may push.
        public let push: Grant

        /// Creates a value, for example for a fake of the server.
        public init(pull: Grant = .unknown, push: Grant = .unknown) {
            self.pull = pull
            self.push = push
        }
    }

    /// Whether a credential grants an access, as shown by requests to the registry.
    public struct Grant: RawRepresentable, Hashable, Sendable {
        /// The word that the server uses.
        public let rawValue: String

        /// The grant of that word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The registry granted the access.
        public static let yes = Grant(rawValue: "yes")
        /// The registry denied the access.
        public static let no = Grant(rawValue: "no")
        /// No request has shown it yet.
        public static let unknown = Grant(rawValue: "unknown")
    }
}
