public import FoundationEssentials
import Wire

/// A use of an image: a service that was declared, or that an agent reports.
public struct Service: Identifiable, Hashable, Sendable {
    /// The UUID, in lower case.
    public let uuid: String
    /// The path of the service on the server.
    public let resourceURI: String
    /// The name, which several services may have.
    public let name: String
    /// The image as it was written, with its tag.
    public let imageName: String
    /// The canonical name of the image's repository.
    public let repository: String
    /// The tag of the image; nil if only its digest is known.
    public let imageTag: String?
    /// The digest of the image, if it is known.
    public let imageDigest: String?
    /// The state.
    public let state: State
    /// The number of containers.
    public let currentContainers: Int
    /// The number of running containers.
    public let runningContainers: Int
    /// The number of containers that should run, if it is known.
    public let targetContainers: Int?
    /// The agent that reports it; nil for a declared service.
    public let source: Source?
    /// The time when it was declared, or first reported.
    public let created: Date
    /// The time of its last change.
    public let modified: Date

    /// Creates a value, for example for a fake of the server.
    public init(
        uuid: String, resourceURI: String, name: String, imageName: String, repository: String, imageTag: String? = nil,
        imageDigest: String? = nil, state: State = .notRunning, currentContainers: Int = 0, runningContainers: Int = 0,
        targetContainers: Int? = nil, source: Source? = nil, created: Date, modified: Date
    ) {
        self.uuid = uuid
        self.resourceURI = resourceURI
        self.name = name
        self.imageName = imageName
        self.repository = repository
        self.imageTag = imageTag
        self.imageDigest = imageDigest
        self.state = state
        self.currentContainers = currentContainers
        self.runningContainers = runningContainers
        self.targetContainers = targetContainers
        self.source = source
        self.created = created
        self.modified = modified
    }

    /// The path on the server, which includes the namespace.
    public var id: String { resourceURI }

    /// The agent that reports a service, and what only agents report.
    public struct Source: Hashable, Sendable {
        /// The resource URI of the agent.
        public let agent: String
        /// The name of the agent.
        public let agentName: String
        /// The kind: `compose`, `swarm`, `container` or `kubernetes`.
        public let kind: String
        /// The Compose project, Swarm stack or Kubernetes namespace, if there is one.
        public let stack: String?
        /// The time when it was deployed, if the engine knows it.
        public let deployed: Date?
        /// The time of the agent's latest report.
        public let reported: Date
        /// Whether the agent did not report for 15 minutes, so that the service may have changed.
        public let isStale: Bool

        /// Creates a value, for example for a fake of the server.
        public init(
            agent: String, agentName: String, kind: String = "container", stack: String? = nil, deployed: Date? = nil, reported: Date,
            isStale: Bool = false
        ) {
            self.agent = agent
            self.agentName = agentName
            self.kind = kind
            self.stack = stack
            self.deployed = deployed
            self.reported = reported
            self.isStale = isStale
        }
    }

    /// The state of a service. A server may know more states than this library.
    public struct State: RawRepresentable, Hashable, Sendable {
        /// The word that the server uses.
        public let rawValue: String

        /// The state of that word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// No container was started, as of every declared service.
        public static let notRunning = State(rawValue: "Not running")
        /// Containers are starting.
        public static let starting = State(rawValue: "Starting")
        /// All containers run.
        public static let running = State(rawValue: "Running")
        /// Some containers run.
        public static let partlyRunning = State(rawValue: "Partly running")
        /// All containers have stopped.
        public static let stopped = State(rawValue: "Stopped")
    }
}

extension Service: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: ServiceBody.self, what: "a service", requestID: requestID)
        self.init(
            uuid: body.uuid, resourceURI: body.resourceURI, name: body.name, imageName: body.imageName, repository: body.repository,
            imageTag: body.imageTag, imageDigest: body.imageDigest, state: State(rawValue: body.state),
            currentContainers: body.currentContainers, runningContainers: body.runningContainers, targetContainers: body.targetContainers,
            source: try Source(body, requestID: requestID),
            created: try Date(body.created, of: "created_datetime", requestID: requestID),
            modified: try Date(body.modified, of: "modified_datetime", requestID: requestID))
    }
}

extension Service.Source {
    /// Returns nil for a declared service.
    fileprivate init?(_ body: ServiceBody, requestID: String?) throws(DockerCloudError) {
        guard let agent = body.agent, let agentName = body.agentName, let kind = body.kind, let reported = body.reported else { return nil }
        self.init(
            agent: agent, agentName: agentName, kind: kind, stack: body.stack,
            deployed: try Date.optional(body.deployed, of: "deployed_datetime", requestID: requestID),
            reported: try Date(reported, of: "reported_datetime", requestID: requestID), isStale: body.isStale)
    }
}
