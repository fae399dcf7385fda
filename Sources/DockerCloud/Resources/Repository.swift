public import FoundationEssentials
import Wire

/// A registered repository on a third-party registry, without its credential.
public struct Repository: CloudObject, Hashable, Sendable {
    /// The canonical name, `registry.example/team/image`.
    public let name: String
    /// Whether a service of the namespace uses an image of it.
    public let inUse: Bool
    /// The resource URI of its registry.
    public let registry: String
    /// The path of the repository on the server.
    public let resourceURI: String
    /// The result of the latest verification of the credential.
    public let state: State
    /// The reason for the state, in a sentence; nil if the state needs none.
    public let stateReason: String?
    /// Whether the credential may pull.
    public let pull: Grant
    /// Whether the credential may push.
    public let push: Grant
    /// The time of the latest verification with the registry; nil if there was none.
    public let checked: Date?
    /// The time of its registration; nil if the server's value is not a date.
    public let created: Date?
    /// The time of its last change; nil if the server's value is not a date.
    public let modified: Date?
    private let object: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: RepositoryBody.self, what: "a repository", requestID: requestID)
        name = body.name
        inUse = body.inUse
        registry = body.registry
        resourceURI = body.resourceURI
        state = State(rawValue: body.state)
        stateReason = body.stateReason
        pull = Grant(rawValue: body.granted.pull)
        push = Grant(rawValue: body.granted.push)
        checked = body.checked.flatMap(WireCoding.date)
        created = WireCoding.date(body.created)
        modified = WireCoding.date(body.modified)
        object = json
    }

    /// The server's object, including members that this library does not know, as JSON on one line.
    public var json: String { object.text() }
    /// The server's object, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
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
