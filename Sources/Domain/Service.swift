package import FoundationEssentials
package import Naming

/// A use of an image: a service that a user declared, or that an agent reports. It uses its image until it is terminated, or no longer
/// reported.
package struct Service: Hashable, Sendable, Identifiable {
    package let id: UUID
    /// The namespace in which the service is visible.
    package let namespace: NamespaceName
    package var name: ServiceName
    package var image: Image
    package let state: State
    package let containers: Containers
    /// nil for a declared service.
    package var source: Source?
    package let created: Date
    package var modified: Date

    package init(
        id: UUID, namespace: NamespaceName, name: ServiceName, image: Image, state: State, containers: Containers = Containers(),
        source: Source? = nil, created: Date, modified: Date
    ) {
        self.id = id
        self.namespace = namespace
        self.name = name
        self.image = image
        self.state = state
        self.containers = containers
        self.source = source
        self.created = created
        self.modified = modified
    }

    /// The kind of a reported service.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case compose, swarm, container, kubernetes
    }

    /// The agent that reports the service, and what only agents report.
    package struct Source: Hashable, Sendable {
        package let agent: Agent.ID
        package let agentName: AgentName
        package let kind: Kind
        package let stack: ServiceName?
        package let deployed: Date?
        /// The date of the agent's latest report.
        package let reported: Date
        /// The running time of the servers at that report.
        package let ran: TimeInterval
        /// Whether the agent did not report for ``Agent/staleAge``; false until ``Service/aged(at:)``.
        package fileprivate(set) var isStale = false

        package init(
            agent: Agent.ID, agentName: AgentName, kind: Kind, stack: ServiceName?, deployed: Date?, reported: Date, ran: TimeInterval
        ) {
            self.agent = agent
            self.agentName = agentName
            self.kind = kind
            self.stack = stack
            self.deployed = deployed
            self.reported = reported
            self.ran = ran
        }
    }

    /// The service with the age of its report.
    ///
    /// - Parameter ran: the present running time of the servers.
    package func aged(at ran: TimeInterval) -> Service {
        var service = self
        service.source?.isStale = source.map { ran - $0.ran >= Agent.staleAge } ?? false
        return service
    }

    /// The states of a service that exists; a terminated one is deleted.
    package enum State: String, Hashable, Sendable, CaseIterable {
        case notRunning = "Not running"
        case starting = "Starting"
        case running = "Running"
        case partlyRunning = "Partly running"
        case stopped = "Stopped"
    }

    /// The image of a service, as it was written and as it is understood.
    package struct Image: Hashable, Sendable {
        package let text: String
        package let reference: ImageReference

        package init(_ text: String, _ reference: ImageReference) {
            self.text = text
            self.reference = reference
        }

        /// Whether the text has neither a tag nor a digest. An engine may still know the digest of such an image.
        package var isTagImplied: Bool {
            guard let written = try? ImageReference(parsing: text) else { return false }
            return written.tag == nil && written.digest == nil
        }
    }

    package struct Containers: Hashable, Sendable {
        package let current: Int
        package let running: Int
        /// nil if it is not known.
        package let target: Int?

        package init(current: Int = 0, running: Int = 0, target: Int? = nil) {
            self.current = current
            self.running = running
            self.target = target
        }
    }
}

/// A filter of the services of a namespace. All conditions that are set must hold.
package struct ServiceFilter: Hashable, Sendable {
    /// A prefix of the identifier, in lower case.
    package var idPrefix: String?
    package var state: Service.State?
    package var name: ServiceName?
    package var image: Image?
    /// The repository must match one of these patterns; empty for no condition.
    package var patterns: [RepositoryPattern]
    /// The page starts after this place and ignores the offset. The total is unaffected.
    package var after: NamedPlace?

    package init(
        idPrefix: String? = nil, state: Service.State? = nil, name: ServiceName? = nil, image: Image? = nil,
        patterns: [RepositoryPattern] = [], after: NamedPlace? = nil
    ) {
        self.idPrefix = idPrefix
        self.state = state
        self.name = name
        self.image = image
        self.patterns = patterns
        self.after = after
    }

    /// The images of a repository, or those with a tag or a digest.
    package struct Image: Hashable, Sendable {
        package let repository: RepositoryName
        /// The tag that a reference must mean; nil for any.
        package let tag: String?
        /// nil for any.
        package let digest: ContentDigest?

        package init(_ reference: ImageReference) {
            (repository, tag, digest) = (reference.repository, reference.tag, reference.digest)
        }
    }
}

/// A service in the report of an agent.
package struct ReportedService: Hashable, Sendable {
    package let name: ServiceName
    /// The Compose project, Swarm stack or Kubernetes namespace; nil if there is none.
    package let stack: ServiceName?
    package let kind: Service.Kind
    package let image: Service.Image
    /// The only namespace that sees the service, which the path of its image at the gateway names; nil for all namespaces of the agent.
    package let namespace: NamespaceName?
    package let state: Service.State
    package let containers: Service.Containers
    package let deployed: Date?

    package init(
        name: ServiceName, stack: ServiceName?, kind: Service.Kind, image: Service.Image, namespace: NamespaceName?, state: Service.State,
        containers: Service.Containers, deployed: Date?
    ) {
        self.name = name
        self.stack = stack
        self.kind = kind
        self.image = image
        self.namespace = namespace
        self.state = state
        self.containers = containers
        self.deployed = deployed
    }

    /// Identifies the service among those of its agent, from report to report.
    package struct Key: Hashable, Sendable {
        let kind: Service.Kind
        let stack: ServiceName?
        let name: ServiceName
        let repository: RepositoryName
        let namespace: NamespaceName?
    }

    package var key: Key {
        Key(kind: kind, stack: stack, name: name, repository: image.reference.repository, namespace: namespace)
    }
}
