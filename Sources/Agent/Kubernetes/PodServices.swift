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

    private struct Group {
        var counts = ServiceCounts()
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
                group.counts.add(container.status?.state)
                group.digest = max(group.digest, digest(container))
                group.deployed = [group.deployed, created].compactMap(\.self).max()
                groups[key] = group
            }
        }
        return groups.compactMap { service($0.key, $0.value) }
            .sorted { ($0.stack ?? "", $0.name, $0.imageName) < ($1.stack ?? "", $1.name, $1.imageName) }
    }

    private struct PodContainer {
        let image: String
        let status: Pod.ContainerStatus?
    }

    private static func containers(of pod: Pod) -> [PodContainer] {
        let parts = [
            (pod.spec?.containers, pod.status?.containerStatuses), (pod.spec?.initContainers, pod.status?.initContainerStatuses),
            (pod.spec?.ephemeralContainers, pod.status?.ephemeralContainerStatuses),
        ]
        return parts.flatMap { specs, statuses in
            let statuses = Dictionary((statuses ?? []).map { ($0.name, $0) }) { first, _ in first }
            return (specs ?? []).map { PodContainer(image: $0.image ?? "", status: statuses[$0.name]) }
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
        return AgentReportBody.Service(
            name: name, stack: key.namespace.reported(), kind: .kubernetes, imageName: key.image, imageDigest: group.digest?.description,
            state: group.counts.state, currentNumContainers: group.counts.all, runningNumContainers: group.counts.running,
            deployed: group.deployed.map(WireCoding.text))
    }
}

extension ServiceCounts {
    fileprivate mutating func add(_ state: Pod.State?) {
        if state?.running != nil {
            running += 1
        } else if state?.terminated != nil {
            ended += 1
        } else {
            starting += 1
        }
    }
}
