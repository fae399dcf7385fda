import FoundationEssentials
import Synchronization
import Wire

/// Reads the whole state of an engine. The names of images are cached until an event or ``forgetImages()``.
final class EngineReader: Sendable {
    private let client: EngineClient
    private let cache = Mutex(Cache())
    /// Podman has no Swarm, and takes long to describe itself.
    private let isPodman = Mutex(false)

    private struct Cache {
        var names: [String: ImageNames] = [:]
        /// The images that containers were created from, which never change.
        var origins: [String: String] = [:]
        /// Counts how often the names were forgotten.
        var generation = 0
    }

    private static let parallelRequests = 8

    init(_ client: EngineClient) {
        self.client = client
    }

    func forgetImages() {
        cache.withLock { $0 = Cache(origins: $0.origins, generation: $0.generation + 1) }
    }

    /// The engine's kind, and its own ID if it has one.
    func identity() async throws -> (engine: AgentReportBody.Engine, id: String?) {
        let version = try await client.read(.version, as: EngineVersion.self)
        let info = try await client.read(.info, as: EngineInfo.self)
        let engine = version?.engine ?? .docker
        isPodman.withLock { $0 = engine == .podman }
        return (engine, info?.id)
    }

    func state() async throws -> EngineState {
        guard let containers = try await client.read(.containers, as: [Container].self) else {
            throw AgentFailure("The engine at \(client.address) has no list of containers (404). Check --engine")
        }
        guard containers.count <= AgentReportBody.maximumServices * 10 else {
            throw AgentFailure("The engine at \(client.address) has \(containers.count) containers, too many to report them")
        }
        var state = EngineState(containers: containers)
        if !isPodman.withLock({ $0 }) { state.swarm = try await swarm() }
        state.images = try await names(of: Set(containers.compactMap(\.imageID)))
        state.origins = try await origins(of: Set(containers.filter(\.showsImageID).map(\.id)))
        return state
    }

    /// nil if the node is not a manager.
    private func swarm() async throws -> Swarm? {
        guard try await isManager() else { return nil }
        // Tasks are read after services: a task of a service that is not listed is left out.
        if let services = try await client.read(.services, as: [SwarmService].self),
            let tasks = try await client.read(.tasks, as: [SwarmTask].self)
        {
            return Swarm(services: services, tasks: tasks)
        }
        guard try await !isManager() else {
            throw AgentFailure("The engine at \(client.address) is a manager of a Swarm, but does not serve the Swarm's services")
        }
        return nil
    }

    /// A node whose Swarm starts, is locked or failed does not say whether it is a manager: its services are unknown.
    private func isManager() async throws -> Bool {
        guard let swarm = try await client.read(.info, as: EngineInfo.self)?.swarm else { return false }
        guard swarm.isReady else {
            throw AgentFailure("The Swarm of the engine at \(client.address) is not ready: its state is '\((swarm.state ?? "").onOneLine)'")
        }
        return swarm.isManager == true
    }

    private func names(of ids: Set<String>) async throws -> [String: ImageNames] {
        let cached = cache.withLock { $0 }
        // An image may be deleted while its containers exist.
        let names = try await complete(cached.names, for: ids) { [client] id in
            try await client.read(.image(id), as: ImageNames.self) ?? ImageNames()
        }
        cache.withLock {
            // Names that were read before an event may be outdated.
            if $0.generation == cached.generation { $0.names = names }
        }
        return names
    }

    private func origins(of ids: Set<String>) async throws -> [String: String] {
        let origins = try await complete(cache.withLock { $0.origins }, for: ids) { [client] id in
            try await client.read(.container(id), as: ContainerOrigin.self)?.config?.image ?? ""
        }
        cache.withLock { $0.origins = origins }
        return origins
    }

    /// The values of these IDs: the known ones, and those that are read, several at a time.
    private func complete<Value: Sendable>(
        _ known: [String: Value], for ids: Set<String>, read: @escaping @Sendable (String) async throws -> Value
    ) async throws -> [String: Value] {
        var values = known.filter { ids.contains($0.key) }
        try await withThrowingTaskGroup(of: (String, Value).self) { group in
            var missing = ids.subtracting(values.keys).makeIterator()
            func addTask() {
                guard let id = missing.next() else { return }
                group.addTask { (id, try await read(id)) }
            }
            for _ in 0..<Self.parallelRequests { addTask() }
            while let (id, value) = try await group.next() {
                values[id] = value
                addTask()
            }
        }
        return values
    }
}

/// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemVersion
private struct EngineVersion: Sendable, Decodable {
    var components: [Component]?

    struct Component: Sendable, Decodable {
        var name: String?

        enum CodingKeys: String, CodingKey { case name = "Name" }
    }

    enum CodingKeys: String, CodingKey { case components = "Components" }

    var engine: AgentReportBody.Engine {
        (components ?? []).contains { $0.name?.hasPrefix("Podman") == true } ? .podman : .docker
    }
}

/// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemInfo
private struct EngineInfo: Sendable, Decodable {
    var id: String?
    var swarm: Membership?

    struct Membership: Sendable, Decodable {
        var state: String?
        var isManager: Bool?

        /// Engines without a Swarm, such as Podman, have no state.
        var isReady: Bool { ["active", "inactive", ""].contains(state ?? "") }

        enum CodingKeys: String, CodingKey {
            case state = "LocalNodeState"
            case isManager = "ControlAvailable"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id = "ID"
        case swarm = "Swarm"
    }
}
