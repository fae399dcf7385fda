import FoundationEssentials
import Naming
import Wire

/// Groups the pods of a cluster into services: one for each workload and image.
enum PodServices {
    private struct Key: Hashable {
        let namespace: String
        let owner: String
        let image: String
    }

    fileprivate struct Group {
        var counts = ServiceCounts()
        /// Init containers that did their work.
        var initialized = 0
        var digest: ContentDigest?
        var deployed: Date?
    }

    /// The services, in a stable order.
    static func services(of pods: some Sequence<Pod>) -> [AgentReportBody.Service] {
        var groups: [Key: Group] = [:]
        for pod in pods {
            let owner = PodOwner(of: pod).description
            let created = pod.metadata.creationTimestamp.flatMap(EngineDate.parse)
            for container in containers(of: pod) {
                let key = Key(namespace: pod.metadata.namespace ?? "", owner: owner, image: container.image)
                var group = groups[key] ?? Group()
                group.add(container, of: pod)
                group.digest = max(group.digest, digest(container))
                group.deployed = [group.deployed, created].compactMap(\.self).max()
                groups[key] = group
            }
        }
        return groups.compactMap { service($0.key, $0.value) }
            .sorted { ($0.stack ?? "", $0.name, $0.imageName) < ($1.stack ?? "", $1.name, $1.imageName) }
    }

    fileprivate enum Role {
        case main, initial, ephemeral
    }

    fileprivate struct PodContainer {
        let role: Role
        let image: String
        let status: Pod.ContainerStatus?
    }

    private static func containers(of pod: Pod) -> [PodContainer] {
        let parts = [
            (Role.main, pod.spec?.containers, pod.status?.containerStatuses),
            (.initial, pod.spec?.initContainers, pod.status?.initContainerStatuses),
            (.ephemeral, pod.spec?.ephemeralContainers, pod.status?.ephemeralContainerStatuses),
        ]
        return parts.flatMap { role, specs, statuses in
            let statuses = Dictionary((statuses ?? []).map { ($0.name, $0) }) { first, _ in first }
            return (specs ?? []).map { PodContainer(role: role, image: $0.image ?? "", status: statuses[$0.name]) }
        }
    }

    private static func digest(_ container: PodContainer) -> ContentDigest? {
        let digest = EngineImage(container.status?.imageID ?? "").digest ?? EngineImage(container.image).digest
        return digest.flatMap { ContentDigest(parsing: $0) }
    }

    /// During an update of a tag, pods have images with different digests. The choice must not depend on the order of the pods.
    private static func max(_ first: ContentDigest?, _ second: ContentDigest?) -> ContentDigest? {
        [first, second].compactMap(\.self).max { $0.hexadecimal < $1.hexadecimal }
    }

    private static func service(_ key: Key, _ group: Group) -> AgentReportBody.Service? {
        guard let name = key.owner.reported(), EngineImage(key.image).isReference else { return nil }
        var counts = group.counts
        if counts.all == 0 { counts.finished = group.initialized }
        return AgentReportBody.Service(
            name: name, stack: key.namespace.reported(), kind: .kubernetes, imageName: key.image, imageDigest: group.digest?.description,
            state: counts.state, currentNumContainers: counts.all, runningNumContainers: counts.running,
            deployed: group.deployed.map(WireCoding.text))
    }
}

extension PodServices.Group {
    /// Counts a container. The pod's phase decides first: an evicted pod may have no statuses.
    fileprivate mutating func add(_ container: PodServices.PodContainer, of pod: Pod) {
        let state = container.status?.state
        let hasEnded = pod.isFinished || state?.terminated != nil
        if !hasEnded {
            if state?.running != nil { counts.running += 1 } else { counts.starting += 1 }
        } else if container.role == .initial {
            initialized += 1
        } else if pod.isFinished || container.role == .ephemeral || !pod.restartsContainers {
            counts.finished += 1
        } else {
            counts.ended += 1
        }
    }
}
