public import FoundationEssentials
import Wire

/// A repository on a third-party registry, as the server knows it; its credential is never part of it.
public struct Repository: CloudObject, Hashable, Sendable {
    /// The canonical name, `registry.example/team/image`.
    public let name: String
    /// Whether a service of the namespace uses an image of it.
    public let inUse: Bool
    /// The resource URI of the registry that it is on.
    public let registry: String
    /// The path of the repository on the server.
    public let resourceURI: String
    /// What trying the credential has shown.
    public let state: State
    /// Why the state is what it is, in a sentence; nil where the state says it all.
    public let stateReason: String?
    /// Whether the credential may pull.
    public let pull: Grant
    /// Whether the credential may push.
    public let push: Grant
    /// When the registry was last asked; nil where it never was.
    public let checked: Date?
    /// When it was registered; nil where the server's text is not a date.
    public let created: Date?
    /// When it was last changed; nil where the server's text is not a date.
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

    /// All that the server sent, members included that this library does not know, as JSON in one line.
    public var json: String { object.text() }
    /// All that the server sent, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
}

extension Repository {
    /// What trying a credential has shown; a server may know more states than this library.
    public struct State: RawRepresentable, Hashable, Sendable {
        /// The word that the server uses.
        public let rawValue: String

        /// The state of that word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The registry accepted the credential for this repository.
        public static let verified = State(rawValue: "Verified")
        /// The registry accepted the credential and has no such repository yet.
        public static let absent = State(rawValue: "Absent")
        /// The registry refused the credential when it was tried again.
        public static let rejected = State(rawValue: "Rejected")
        /// The registry gave no answer that says anything of the credential.
        public static let unreachable = State(rawValue: "Unreachable")
        /// The registry was not asked.
        public static let unverified = State(rawValue: "Unverified")
    }

    /// Whether a credential may do something, as far as a real call has shown it.
    public struct Grant: RawRepresentable, Hashable, Sendable {
        /// The word that the server uses.
        public let rawValue: String

        /// The grant of that word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// It may.
        public static let yes = Grant(rawValue: "yes")
        /// It may not.
        public static let no = Grant(rawValue: "no")
        /// Nothing has shown it yet.
        public static let unknown = Grant(rawValue: "unknown")
    }
}
