import FoundationEssentials

/// The containers, Swarm services and images of an engine at one time.
struct EngineState: Hashable, Sendable {
    var containers: [Container] = []
    /// nil if the engine is no manager of a Swarm.
    var swarm: Swarm?
    /// The names of images by their IDs.
    var images: [String: ImageNames] = [:]
    /// The images that containers were created from, by the containers' IDs, for those that the list shows with the ID of their image: its
    /// name may be that of another image now.
    var origins: [String: String] = [:]
}

/// A container in the engine's list (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerList).
/// Podman omits some members or sends `null`.
struct Container: Hashable, Sendable, Decodable {
    var id: String
    var names: [String]?
    var image: String?
    var imageID: String?
    /// Seconds since 1970.
    var created: Int?
    var labels: [String: String]?
    var state: String?

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case image = "Image"
        case imageID = "ImageID"
        case created = "Created"
        case labels = "Labels"
        case state = "State"
    }
}

extension Container {
    /// Whether the list shows no name of the image.
    var showsImageID: Bool { EngineImage(image ?? "").isID(of: imageID ?? "") }
}

/// A container (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerInspect). Nothing else of it
/// is decoded.
struct ContainerOrigin: Sendable, Decodable {
    var config: Config?

    struct Config: Sendable, Decodable {
        /// The image as given at the creation.
        var image: String?

        enum CodingKeys: String, CodingKey { case image = "Image" }
    }

    enum CodingKeys: String, CodingKey { case config = "Config" }
}

/// The services and tasks of a Swarm.
struct Swarm: Hashable, Sendable {
    var services: [SwarmService]
    var tasks: [SwarmTask]
}

/// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Service/operation/ServiceList
struct SwarmService: Hashable, Sendable, Decodable {
    var id: String
    var updated: String?
    var spec: Spec

    struct Spec: Hashable, Sendable, Decodable {
        var name: String
        var labels: [String: String]?
        var taskTemplate: TaskSpec
        var mode: Mode?

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case labels = "Labels"
            case taskTemplate = "TaskTemplate"
            case mode = "Mode"
        }
    }

    /// The number of replicas is unknown for global services and jobs.
    struct Mode: Hashable, Sendable, Decodable {
        var replicated: Replicated?

        struct Replicated: Hashable, Sendable, Decodable {
            var replicas: Int?

            enum CodingKeys: String, CodingKey { case replicas = "Replicas" }
        }

        enum CodingKeys: String, CodingKey { case replicated = "Replicated" }
    }

    enum CodingKeys: String, CodingKey {
        case id = "ID"
        case updated = "UpdatedAt"
        case spec = "Spec"
    }
}

/// The part of a Swarm task's specification that names its image. Plugins have no container.
struct TaskSpec: Hashable, Sendable, Decodable {
    var container: ContainerSpec?

    struct ContainerSpec: Hashable, Sendable, Decodable {
        var image: String?

        enum CodingKeys: String, CodingKey { case image = "Image" }
    }

    enum CodingKeys: String, CodingKey { case container = "ContainerSpec" }
}

/// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Task/operation/TaskList
struct SwarmTask: Hashable, Sendable, Decodable {
    var serviceID: String?
    var spec: TaskSpec?
    var status: Status?

    struct Status: Hashable, Sendable, Decodable {
        var state: String?

        enum CodingKeys: String, CodingKey { case state = "State" }
    }

    enum CodingKeys: String, CodingKey {
        case serviceID = "ServiceID"
        case spec = "Spec"
        case status = "Status"
    }
}
