/// A service in a response.
package struct ServiceBody: Codable, Hashable, Sendable {
    package var uuid: String
    package var resourceURI: String
    package var name: String
    package var nickname: String
    /// The image as it was written, with its tag.
    package var imageName: String
    /// The canonical name of the image's repository.
    package var repository: String
    @OrNull package var imageTag: String?
    @OrNull package var imageDigest: String?
    package var state: String
    package var synchronized: Bool
    package var currentContainers: Int
    package var runningContainers: Int
    @OrNull package var targetContainers: Int?
    @OrNull package var deployed: String?
    package var publicDNS: String
    @OrNull package var stack: String?
    /// The kind of a reported service.
    @OrNull package var kind: String?
    /// The resource URI of the agent that reports it.
    @OrNull package var agent: String?
    @OrNull package var agentName: String?
    /// Whether its agent fell silent.
    package var isStale: Bool
    /// The time of the latest report.
    @OrNull package var reported: String?
    package var created: String
    package var modified: String

    package init(
        uuid: String, resourceURI: String, name: String, imageName: String, repository: String, imageTag: String?, imageDigest: String?,
        state: String, currentContainers: Int, runningContainers: Int, targetContainers: Int?, deployed: String?, stack: String?,
        kind: String?, agent: String?, agentName: String?, isStale: Bool, reported: String?, created: String, modified: String
    ) {
        self.uuid = uuid
        self.resourceURI = resourceURI
        self.name = name
        nickname = name
        self.imageName = imageName
        self.repository = repository
        self.imageTag = imageTag
        self.imageDigest = imageDigest
        self.state = state
        synchronized = true
        self.currentContainers = currentContainers
        self.runningContainers = runningContainers
        self.targetContainers = targetContainers
        self.deployed = deployed
        publicDNS = ""
        self.stack = stack
        self.kind = kind
        self.agent = agent
        self.agentName = agentName
        self.isStale = isStale
        self.reported = reported
        self.created = created
        self.modified = modified
    }

    enum CodingKeys: String, CodingKey {
        case uuid
        case resourceURI = "resource_uri"
        case name, nickname
        case imageName = "image_name"
        case repository
        case imageTag = "image_tag"
        case imageDigest = "image_digest"
        case state, synchronized
        case currentContainers = "current_num_containers"
        case runningContainers = "running_num_containers"
        case targetContainers = "target_num_containers"
        case deployed = "deployed_datetime"
        case publicDNS = "public_dns"
        case stack, kind, agent
        case agentName = "agent_name"
        case isStale = "is_stale"
        case reported = "reported_datetime"
        case created = "created_datetime"
        case modified = "modified_datetime"
    }
}

/// The body of a request that declares or changes a service. nil means absent or `null`.
package struct ServiceRequest: Encodable, Hashable, Sendable {
    package var image: String?
    package var name: String?

    package init(image: String? = nil, name: String? = nil) {
        self.image = image
        self.name = name
    }

    /// Members of a fetched service that clients send back, and members of Docker Cloud's services; they are ignored, because they concern
    /// containers, which this server does not start.
    private static let ignored: Set<String> = [
        "agent", "agent_name", "is_stale", "kind", "reported_datetime", "autodestroy", "autoredeploy", "autorestart", "bindings",
        "calculated_volumes", "cap_add", "cap_drop", "container_envvars",
        "container_ports", "containers", "cpu_shares", "cpuset", "created_datetime", "current_num_containers", "deployed_datetime",
        "deployment_strategy", "destroyed_datetime", "devices", "dns", "dns_search", "dockercloud_action_uri", "entrypoint", "hostname",
        "image_digest", "image_name", "image_tag", "labels", "link_variables", "linked_from_service", "linked_to_service", "mac_address",
        "memory", "memory_swap", "modified_datetime", "net", "nickname", "pid", "privileged", "public_dns", "read_only", "repository",
        "resource_uri", "roles", "run_command", "running_num_containers", "security_opt", "self_destroy", "sequential_deployment", "stack",
        "started_datetime", "state", "stopped_datetime", "stopped_num_containers", "synchronized", "tags", "target_num_containers", "tty",
        "user", "uuid", "working_dir",
    ]

    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() where !Self.ignored.contains(name) {
            switch name {
            case "image": image = try value.text(of: name)
            case "name": self.name = try value.text(of: name)
            default: throw .unknownMember(name, known: "a service has the members image and name")
            }
        }
    }
}
