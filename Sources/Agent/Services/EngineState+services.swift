import FoundationEssentials
import Naming
import Wire

extension EngineState {
    /// The services that a report lists, in a stable order.
    ///
    /// Containers of a Compose project or a Swarm service are one service for each image; any other container is one by itself. Images
    /// without a name in any repository are left out.
    var services: [AgentReportBody.Service] {
        var groups: [ServiceKey: ServiceGroup] = [:]
        swarm?.add(to: &groups)
        let managed = Set(swarm?.services.map(\.id) ?? [])
        for container in containers where !managed.contains(container.labels?[Label.swarmServiceID] ?? "") {
            for image in names(of: container) {
                let key = ServiceKey(container, image: image)
                groups[key, default: ServiceGroup()].add(container, digest: digest(of: image, in: container))
            }
        }
        return groups.compactMap { $0.value.service($0.key) }.sorted { $0.sortKey < $1.sortKey }
    }

    /// The name that the image had when the container was created; if it was created from the ID of the image, all names that the image has.
    private func names(of container: Container) -> [EngineImage] {
        guard container.showsImageID else { return [EngineImage(container.image ?? "")] }
        let origin = EngineImage(origins[container.id] ?? "")
        if !origin.isID(of: container.imageID ?? ""), origin.isReference { return [origin] }
        return images[container.imageID ?? ""]?.all ?? []
    }

    private func digest(of reference: EngineImage, in container: Container) -> Substring? {
        reference.digest ?? images[container.imageID ?? ""]?.digest(of: reference)
    }
}

/// The labels that tools set on containers and services.
private enum Label {
    static let composeProjects = ["com.docker.compose.project", "io.podman.compose.project"]
    static let composeServices = ["com.docker.compose.service", "io.podman.compose.service"]
    static let stack = "com.docker.stack.namespace"
    static let swarmServiceID = "com.docker.swarm.service.id"
    static let swarmServiceName = "com.docker.swarm.service.name"
}

/// The identity of a service with one image.
private struct ServiceKey: Hashable {
    let kind: AgentReportBody.Service.Kind
    let stack: String?
    let name: String
    let image: String

    init(kind: AgentReportBody.Service.Kind, stack: String?, name: String, image: String) {
        self.kind = kind
        self.stack = stack
        self.name = name
        self.image = image
    }

    init(_ container: Container, image: EngineImage) {
        let labels = container.labels ?? [:]
        func first(of names: [String]) -> String? { names.lazy.compactMap { labels[$0] }.first { !$0.isEmpty } }
        let project = first(of: Label.composeProjects)
        if let project, let name = first(of: Label.composeServices) {
            self.init(kind: .compose, stack: project, name: name, image: image.text)
        } else if let name = first(of: [Label.swarmServiceName]) {
            self.init(kind: .swarm, stack: labels[Label.stack], name: name, image: image.text)
        } else {
            self.init(kind: .container, stack: project, name: container.name, image: image.text)
        }
    }
}

private struct ServiceGroup {
    var counts = ServiceCounts()
    var digest: Substring?
    var deployed: Date?

    mutating func add(_ container: Container, digest: Substring?) {
        counts.addContainer(container.state ?? "")
        self.digest = self.digest ?? digest
        if let created = container.created, created > 0 {
            deployed = max(deployed ?? .distantPast, Date(timeIntervalSince1970: Double(created)))
        }
    }

    /// nil if the service has no name, or its image none that can be in a repository.
    func service(_ key: ServiceKey) -> AgentReportBody.Service? {
        guard let name = key.name.reported(), EngineImage(key.image).isReference else { return nil }
        return AgentReportBody.Service(
            name: name, stack: key.stack?.reported(), kind: key.kind, imageName: key.image,
            imageDigest: digest.flatMap { ContentDigest(parsing: $0) }?.description,
            state: counts.state, currentNumContainers: counts.all, runningNumContainers: counts.running, targetNumContainers: counts.target,
            deployed: deployed.map(WireCoding.text))
    }
}

extension Swarm {
    /// Adds an entry for each service's image, and for each other image that tasks still use, as during an update.
    fileprivate func add(to groups: inout [ServiceKey: ServiceGroup]) {
        let tasks = Dictionary(grouping: tasks) { $0.serviceID ?? "" }
        for service in services {
            let deployed = service.updated.flatMap(EngineDate.parse)
            func key(_ image: String) -> ServiceKey {
                ServiceKey(kind: .swarm, stack: service.spec.labels?[Label.stack], name: service.spec.name, image: image)
            }
            let current = service.spec.taskTemplate.container?.image ?? ""
            var counts = [current: ServiceCounts(target: service.spec.mode?.replicated?.replicas.map { max(0, $0) })]
            for task in tasks[service.id] ?? [] {
                counts[task.spec?.container?.image ?? current, default: ServiceCounts()].addTask(task.status?.state ?? "")
            }
            for (image, counts) in counts where counts.all > 0 || image == current {
                groups[key(image)] = ServiceGroup(counts: counts, digest: EngineImage(image).digest, deployed: deployed)
            }
        }
    }
}

extension Container {
    /// The name without the slash before it. Names with another slash are those that linked containers use.
    fileprivate var name: String {
        let names = (names ?? []).map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
        return names.first { !$0.contains("/") } ?? names.first ?? String(id.prefix(12))
    }
}

extension AgentReportBody.Service {
    fileprivate var sortKey: (String, String, String, String) { (kind.rawValue, stack ?? "", name, imageName) }
}
