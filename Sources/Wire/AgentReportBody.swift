/// The body of a request with which an agent reports the services of its engine.
package struct AgentReportBody: Codable, Hashable, Sendable {
    /// Identifies the machine and the engine, also after a restart: 32 to 64 hexadecimal digits.
    package var instance: String
    /// The UUID of this run of the agent.
    package var process: String
    /// The number of the report in this run, from 1.
    package var sequence: Int
    package var engine: Engine
    /// The SHA-256 of the services as the agent encodes them, in 64 hexadecimal digits.
    package var hash: String
    /// nil if the services are those of the last report with this hash.
    package var services: [Service]?

    /// In bytes.
    package static let maximumLength = 4 << 20
    package static let maximumServices = 10_000

    package enum Engine: String, Codable, Hashable, Sendable, CaseIterable {
        case docker, podman, kubernetes
    }

    package init(instance: String, process: String, sequence: Int, engine: Engine, hash: String, services: [Service]?) {
        self.instance = instance
        self.process = process
        self.sequence = sequence
        self.engine = engine
        self.hash = hash
        self.services = services
    }
}

extension AgentReportBody {
    /// A service that uses one image. A service with several images is several of these.
    package struct Service: Codable, Hashable, Sendable {
        package var name: String
        /// The Compose project, Swarm stack or Kubernetes namespace.
        package var stack: String?
        package var kind: Kind
        /// The image as the engine names it.
        package var imageName: String
        /// The digest of the image's manifest in its repository, if the engine knows it.
        package var imageDigest: String?
        package var state: State
        package var currentNumContainers: Int
        package var runningNumContainers: Int
        package var targetNumContainers: Int?
        package var deployed: String?

        package enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
            case compose, swarm, container, kubernetes
        }

        package enum State: String, Codable, Hashable, Sendable, CaseIterable {
            case notRunning = "Not running"
            case starting = "Starting"
            case running = "Running"
            case partlyRunning = "Partly running"
            case stopped = "Stopped"
        }

        package init(
            name: String, stack: String? = nil, kind: Kind, imageName: String, imageDigest: String? = nil, state: State,
            currentNumContainers: Int, runningNumContainers: Int, targetNumContainers: Int? = nil, deployed: String? = nil
        ) {
            self.name = name
            self.stack = stack
            self.kind = kind
            self.imageName = imageName
            self.imageDigest = imageDigest
            self.state = state
            self.currentNumContainers = currentNumContainers
            self.runningNumContainers = runningNumContainers
            self.targetNumContainers = targetNumContainers
            self.deployed = deployed
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, stack, kind
            case imageName = "image_name"
            case imageDigest = "image_digest"
            case state
            case currentNumContainers = "current_num_containers"
            case runningNumContainers = "running_num_containers"
            case targetNumContainers = "target_num_containers"
            case deployed = "deployed_datetime"
        }
    }
}

/// The response to a report that the server stored.
package struct AgentReportReceipt: Codable, Hashable, Sendable {
    package var resourceURI: String
    package var uuid: String
    package var name: String
    /// The number of stored services.
    package var services: Int

    package init(resourceURI: String, uuid: String, name: String, services: Int) {
        self.resourceURI = resourceURI
        self.uuid = uuid
        self.name = name
        self.services = services
    }

    enum CodingKeys: String, CodingKey {
        case resourceURI = "resource_uri"
        case uuid, name, services
    }
}

extension ErrorBody {
    /// The code of a report without services whose hash is not that of the stored report.
    package static let reportUnknown = "report_unknown"
    /// The code of a report that is older than the stored one, or of a run that another run replaced.
    package static let reportOutdated = "report_outdated"
    /// The code of a report under a name that another agent uses.
    package static let agentNameTaken = "agent_name_taken"
}
