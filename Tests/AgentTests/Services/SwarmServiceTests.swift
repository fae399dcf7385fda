import FoundationEssentials
import Testing
import Wire

@testable import Agent

@Suite("The services of a Swarm")
struct SwarmServiceTests {
    private static let image = "registry.local/team/app:v1"
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)

    private static func service(
        _ name: String = "web", image: String = image, replicas: Int? = 2, labels: [String: String] = [:]
    ) -> SwarmService {
        SwarmService(
            id: "id-\(name)", updated: "2026-11-30T09:20:05.403518806Z",
            spec: .init(
                name: name, labels: labels, taskTemplate: TaskSpec(container: .init(image: image)),
                mode: .init(replicated: replicas.map { .init(replicas: $0) })))
    }

    private static func task(_ state: String, of name: String = "web", image: String? = nil) -> SwarmTask {
        SwarmTask(
            serviceID: "id-\(name)", spec: image.map { TaskSpec(container: .init(image: $0)) }, status: .init(state: state))
    }

    private func services(
        _ services: [SwarmService], _ tasks: [SwarmTask] = [], containers: [Container] = []
    ) -> [AgentReportBody.Service] {
        EngineState(containers: containers, swarm: Swarm(services: services, tasks: tasks)).services
    }

    @Test("A Swarm service is reported with its stack, its target and the counts of its tasks")
    func replicated() {
        let labels = ["com.docker.stack.namespace": "shop"]
        let found = services([Self.service(labels: labels)], [Self.task("running"), Self.task("starting"), Self.task("shutdown")])
        #expect(
            found == [
                AgentReportBody.Service(
                    name: "web", stack: "shop", kind: .swarm, imageName: Self.image, state: .partlyRunning, currentNumContainers: 2,
                    runningNumContainers: 1, targetNumContainers: 2, deployed: "Mon, 30 Nov 2026 09:20:05 +0000")
            ])
    }

    @Test(
        "The state of a Swarm service follows from its target and the states of its tasks",
        arguments: [
            (2, ["running", "running"], .running), (2, ["running"], .partlyRunning), (2, ["running", "pending"], .partlyRunning),
            (2, ["preparing"], .starting), (2, ["pending", "failed"], .starting), (2, ["failed", "rejected"], .notRunning),
            (2, [], .notRunning), (0, [], .stopped), (0, ["shutdown", "complete"], .stopped), (nil, ["running", "running"], .running),
            (nil, ["running", "ready"], .partlyRunning), (1, ["running", "running"], .running),
        ] as [(Int?, [String], AgentReportBody.Service.State)])
    func states(_ target: Int?, _ states: [String], _ expected: AgentReportBody.Service.State) {
        let found = services([Self.service(replicas: target)], states.map { Self.task($0) })
        #expect(found.map(\.state) == [expected])
        #expect(found.map(\.targetNumContainers) == [target])
    }

    @Test("A service without tasks uses its image")
    func scaledToZero() {
        #expect(services([Self.service(replicas: 0)]).map(\.imageName) == [Self.image])
    }

    @Test("During an update, the image of the old tasks is an entry of its own, as long as there are such tasks")
    func update() {
        let service = Self.service(image: "registry.local/team/app:v2")
        let old = services([service], [Self.task("running", image: Self.image), Self.task("running", image: "registry.local/team/app:v2")])
        #expect(old.map(\.imageName) == [Self.image, "registry.local/team/app:v2"])
        #expect(old.map(\.targetNumContainers) == [nil, 2])
        let new = services([service], [Self.task("shutdown", image: Self.image)])
        #expect(new.map(\.imageName) == ["registry.local/team/app:v2"])
    }

    @Test("The digest that a manager adds to an image is reported")
    func digest() {
        let found = services([Self.service(image: "\(Self.image)@\(Self.digest)")])
        #expect(found.map(\.imageDigest) == [Self.digest])
        #expect(found.map(\.imageName) == ["\(Self.image)@\(Self.digest)"])
    }

    @Test("Containers of a listed service are not reported again; those of another service are")
    func containers() {
        func container(_ service: String) -> Container {
            ContainerServiceTests.container(
                "\(service).1.x", labels: ["com.docker.swarm.service.id": "id-\(service)", "com.docker.swarm.service.name": service])
        }
        let found = services([Self.service()], [Self.task("running")], containers: [container("web"), container("gone")])
        #expect(found.map(\.name) == ["gone", "web"])
        #expect(found.map(\.currentNumContainers) == [1, 1])
        #expect(found.map(\.targetNumContainers) == [nil, 2])
    }

    @Test("A service without a container, such as a plugin, is left out")
    func plugin() {
        var service = Self.service()
        service.spec.taskTemplate.container = nil
        #expect(services([service]).isEmpty)
    }
}
