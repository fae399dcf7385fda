import Foundation
import TestSupport
import Testing
import Wire

@testable import Agent

@Suite(
    "An agent beside a real engine", .serialized, .timeLimit(.minutes(5)),
    .enabled(if: RegistryImage.isRunnable, "the image's program is for another architecture"))
struct RealEngineTests {
    /// The limit for a change to reach the server.
    private static let limit = Duration.seconds(2)
    private static let image = WaitingImage.name

    @Test(
        "Changes of podman's containers are reported within 2 s",
        .enabled(if: PodmanEngine.isPossible, "SKIPPED: podman, runc and root are needed"))
    func podman() async throws {
        try await PodmanEngine.run { try await Self.follow($0, engine: .podman, project: "io.podman.compose.project") }
    }

    @Test(
        "Changes of Docker Engine's containers are reported within 2 s",
        .enabled("SKIPPED: Docker Engine does not run here; Scripts/docker-engine unpacks it") { await DockerEngine.isPossible })
    func docker() async throws {
        try await DockerEngine.run { try await Self.follow($0, engine: .docker, project: "com.docker.compose.project") }
    }

    private static func follow(_ engine: some ContainerEngine, engine kind: AgentReportBody.Engine, project: String) async throws {
        try await WaitingImage.add(to: engine)
        // With the pace of the product.
        try await RunningAgent.run(.engine(try EngineAddress(parsing: engine.address)), pace: Pace()) { server, _ in
            try await server.wait("an engine without containers", where: \.isEmpty)
            #expect(server.reports.first?.engine == kind)
            // The stream of events is open after the first look.
            try await Task.sleep(for: .seconds(1))

            func expect(_ what: Comment, after command: String..., where condition: ([AgentReportBody.Service]) -> Bool) async throws {
                _ = try await engine.run(command).succeeded()
                let time = try await server.wait(what, where: condition)
                #expect(time < limit, what)
            }
            let labels = ["--label", "\(project)=shop", "--label", "com.docker.compose.service=web"]
            try await expect("created", after: "create", "--network", "none", "--name", "one", image) {
                $0.map(\.imageName) == [image] && $0[0].state == .notRunning && $0[0].kind == .container
            }
            try await expect("started", after: "start", "one") { $0.map(\.state) == [.running] }
            try await expect("stopped", after: "stop", "--time", "0", "one") {
                $0.map(\.state) == [.stopped] && $0[0].currentNumContainers == 1
            }
            for (number, state) in [(1, 1), (2, 2)] {
                _ = try await engine.run(["run", "--detach", "--network", "none", "--name", "web\(number)"] + labels + [image]).succeeded()
                try await server.wait("Compose") {
                    $0.contains { $0.kind == .compose && $0.stack == "shop" && $0.runningNumContainers == state }
                }
            }
            try await expect("half", after: "kill", "web1") { $0.first { $0.kind == .compose }?.state == .partlyRunning }
            _ = try await engine.run(["kill", "web2"]).succeeded()
            try await server.wait("stopped") { $0.allSatisfy { $0.runningNumContainers == 0 } }
            let count = server.reports.count
            try await engine.restart(killing: false) {
                try await Task.sleep(for: .seconds(2))
                #expect(server.reports.count == count)
            }
            // The agent has to connect again first.
            _ = try await engine.run(["rm", "--force", "one", "web1", "web2"]).succeeded()
            try await server.wait("removed after a restart", where: \.isEmpty)
            #expect(server.violations == [])
        }
    }

    @Test(
        "A container that was started by image ID is reported under the image's name",
        .enabled(if: PodmanEngine.isPossible, "SKIPPED: podman, runc and root are needed"),
        .enabled("SKIPPED: Docker Engine does not run here; Scripts/docker-engine unpacks it") { await DockerEngine.isPossible })
    func imageID() async throws {
        try await DockerEngine.run { docker in
            try await WaitingImage.add(to: docker)
            let id = try await docker.succeed("images", "--quiet", "--no-trunc").trimmingCharacters(in: .whitespacesAndNewlines)
            try await docker.succeed("create", "--network", "none", String(id.dropFirst(7).prefix(12)))
            try await docker.succeed("create", "--network", "none", id)
            try await RunningAgent.run(.engine(try EngineAddress(parsing: docker.address))) { server, _ in
                try await server.wait("two containers") { $0.map(\.imageName) == [Self.image, Self.image] }
                try await docker.succeed("tag", Self.image, "registry.local/team/second:v1")
                try await server.wait("a second name") { Set($0.map(\.imageName)) == [Self.image, "registry.local/team/second:v1"] }
            }
        }
    }
}

// MARK: image names

extension RealEngineTests {
    @Test(
        "A container keeps the name of its image when a new image takes that name, also for an agent that starts later",
        .enabled("SKIPPED: Docker Engine does not run here; Scripts/docker-engine unpacks it") { await DockerEngine.isPossible })
    func movedName() async throws {
        try await DockerEngine.run { docker in
            try await WaitingImage.add(to: docker)
            try await docker.succeed("create", "--network", "none", "--name", "one", Self.image)
            let address = try EngineAddress(parsing: docker.address)
            try await RunningAgent.run(.engine(address)) { server, _ in
                try await server.wait("a container") { $0.map(\.imageName) == [Self.image] }
                try await docker.succeed("tag", Self.image, "registry.local/team/second:v1")
                try await docker.succeed("rmi", Self.image)
                try await docker.succeed("create", "--network", "none", "--name", "two", "registry.local/team/second:v1")
                try await server.wait("two containers") { $0.map(\.imageName) == [Self.image, "registry.local/team/second:v1"] }
            }
            try await RunningAgent.run(.engine(address)) { server, _ in
                try await server.wait("the same") { $0.map(\.imageName) == [Self.image, "registry.local/team/second:v1"] }
            }
        }
    }
}

/// Swarm uses fixed ports, and leaves networks behind.
@Suite(
    "An agent beside a manager of a Swarm", .enabled(if: NetworkNamespace.isPossible, "SKIPPED: a network namespace needs root and `ip`"),
    .enabled("SKIPPED: Docker Engine does not run here; Scripts/docker-engine unpacks it") { await DockerEngine.isPossible },
    .disabled(if: NetworkNamespace.isInside, "this is the network namespace of the test"))
struct SwarmAgentTests {
    @Test("Services of a Swarm are reported, in a network namespace of the test", .timeLimit(.minutes(5)))
    func inNamespace() async throws {
        let finished = try await NetworkNamespace.run(suite: "SwarmManagerTests", keepsMounts: true, timeout: .seconds(240))
        #expect(finished.status == 0, "\(finished.stdout)\n\(finished.stderr)")
        #expect((finished.stdout + finished.stderr).contains("Test run with 1 test"), "\(finished.stdout)\n\(finished.stderr)")
    }
}

@Suite("A manager of a Swarm in a network namespace", .enabled(if: NetworkNamespace.isInside, "runs in a network namespace only"))
struct SwarmManagerTests {
    @Test("A created, scaled and removed Swarm service is reported within 2 s", .timeLimit(.minutes(3)))
    func services() async throws {
        try await DockerEngine.run { docker in
            try await WaitingImage.add(to: docker)
            try await docker.succeed("swarm", "init", "--advertise-addr", "127.0.0.1")
            try await RunningAgent.run(.engine(try EngineAddress(parsing: docker.address)), pace: Pace()) { server, _ in
                try await server.wait("an empty Swarm", where: \.isEmpty)
                try await Task.sleep(for: .seconds(1))
                func expect(_ what: Comment, where condition: ([AgentReportBody.Service]) -> Bool) async throws {
                    #expect(try await server.wait(what, where: condition) < .seconds(2), what)
                }
                try await docker.succeed(
                    "service", "create", "--detach", "--no-resolve-image", "--name", "ferry", "--network", "host", "--label",
                    "com.docker.stack.namespace=harbor", WaitingImage.name)
                try await expect("created") { $0.map(\.name) == ["ferry"] && $0[0].kind == .swarm && $0[0].stack == "harbor" }
                try await server.wait("running") { $0.map(\.state) == [.running] }
                try await docker.succeed("service", "scale", "--detach", "ferry=2")
                try await expect("scaled") { $0.map(\.targetNumContainers) == [2] }
                try await server.wait("both running") { $0.map(\.runningNumContainers) == [2] }
                try await docker.succeed("service", "rm", "ferry")
                try await server.wait("removed", where: \.isEmpty)
            }
            try await docker.succeed("swarm", "leave", "--force")
        }
    }
}
