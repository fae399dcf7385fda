/// The members of a pod that the agent decodes
/// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/). Others, such as the environment, are ignored.
struct Pod: Hashable, Sendable, Decodable {
    var metadata: ObjectMetadata
    var spec: Spec?
    var status: Status?

    struct Spec: Hashable, Sendable, Decodable {
        var nodeName: String?
        /// `Always`, `OnFailure` or `Never`.
        var restartPolicy: String?
        var containers: [ContainerSpec]?
        var initContainers: [ContainerSpec]?
        var ephemeralContainers: [ContainerSpec]?
    }

    struct ContainerSpec: Hashable, Sendable, Decodable {
        var name: String?
        /// The image as the owner of the pod wrote it.
        var image: String?
    }

    struct Status: Hashable, Sendable, Decodable {
        /// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
        var phase: String?
        var containerStatuses: [ContainerStatus]?
        var initContainerStatuses: [ContainerStatus]?
        var ephemeralContainerStatuses: [ContainerStatus]?
    }

    struct ContainerStatus: Hashable, Sendable, Decodable {
        var name: String?
        /// `docker.io/library/nginx@sha256:…`; of an image without a repository, its ID.
        var imageID: String?
        var state: State?
    }

    /// One of the members is present; without any, the container waits.
    struct State: Hashable, Sendable, Decodable {
        var running: Present?
        var terminated: Present?
    }

    /// An object whose members do not matter.
    struct Present: Hashable, Sendable, Decodable {
        init() {}
        init(from decoder: any Decoder) {}
    }
}

extension Pod {
    /// Whether all containers ended and none starts again: the pod of a job completed, or the pod was evicted.
    var isFinished: Bool { ["Succeeded", "Failed"].contains(status?.phase ?? "") }

    /// Whether a container that ended starts again. Those of jobs do so only after a failure, if at all.
    var restartsContainers: Bool { spec?.restartPolicy ?? "Always" == "Always" }
}

/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
struct ObjectMetadata: Hashable, Sendable, Decodable {
    var name: String
    var namespace: String?
    var uid: String?
    var resourceVersion: String?
    var creationTimestamp: String?
    var labels: [String: String]?
    var ownerReferences: [Owner]?

    struct Owner: Hashable, Sendable, Decodable {
        var kind: String
        var name: String
        var controller: Bool?
    }
}

/// A page of a list of pods.
struct PodList: Hashable, Sendable, Decodable {
    var metadata: Metadata
    var items: [Pod]?

    struct Metadata: Hashable, Sendable, Decodable {
        var resourceVersion: String?
        /// Not empty if there are more pages.
        var `continue`: String?
    }
}
