import Foundation
import TestSupport
import Testing

/// Swarm uses fixed ports, and leaves networks behind.
@Suite(
    "Docker Swarm through the gateway", .enabled(if: GatewayScene.isPossible, GatewayScene.requirements),
    .enabled(if: ContainerTools.areInstalled("dockerd", "docker"), "Docker Engine is not installed: Debian's package is docker.io"),
    .enabled(if: NetworkNamespace.isPossible, "SKIPPED: a network namespace takes root's rights and `ip`"),
    .enabled("Docker Engine does not run here: it needs root, and the kernel's leave") { await DockerEngine.isPossible },
    .disabled(if: NetworkNamespace.isInside, "this is the network namespace that it makes"))
struct GatewaySwarmTests {
    @Test("Swarm services are created and their images pulled, in a network namespace of the test", .timeLimit(.minutes(5)))
    func inNamespace() async throws {
        let finished = try await NetworkNamespace.run(suite: "ServerTests.SwarmServiceTests", keepsMounts: true, timeout: .seconds(240))
        #expect(finished.status == 0, "\(finished.stdout)\n\(finished.stderr)")
        #expect((finished.stdout + finished.stderr).contains("Test run with 2 tests"), "\(finished.stdout)\n\(finished.stderr)")
    }
}

@Suite(
    "Docker Swarm in a network namespace", .serialized, .enabled(if: NetworkNamespace.isInside, "runs in a network namespace only"))
struct SwarmServiceTests {
    @Test(
        "A service's task pulls its image with the login that the service's creator passed on, and runs", .timeLimit(.minutes(2)),
        .enabled(if: RegistryImage.isRunnable, "the image's program is for another architecture"))
    func runs() async throws {
        try await Self.run { scene, docker in
            for (number, place) in scene.places.enumerated() {
                let service = "ferry\(number)"
                try await Self.create(service, ["--with-registry-auth"], scene.name(of: place), docker)
                let state = try await Self.end(of: service, docker)
                #expect(state.hasPrefix("Complete"), "\(place.name): \(state)")
                #expect(try await docker.succeed("service", "logs", "--raw", service) == "\(GatewayScene.line)\n")
            }
            let pulls = try await APIClient(scene.server).actions().filter { $0.action == "Repository Pull" && $0.state == "Success" }
            #expect(Set(pulls.map(\.object)).count == scene.places.count, "\(pulls)")
        }
    }

    @Test("Without the passed-on login, the task fails with an unknown image", .timeLimit(.minutes(2)))
    func isRejected() async throws {
        try await Self.run { scene, docker in
            try await Self.create("ferry", ["--no-resolve-image"], scene.name(of: scene.annas), docker)
            let state = try await Self.end(of: "ferry", docker)
            #expect(state.hasPrefix("Rejected") && state.contains("No such image"), "\(state)")
        }
    }

    /// A Swarm of one node, whose Engine is logged in to a server.
    private static func run(_ body: (GatewayScene, DockerEngine) async throws -> Void) async throws {
        try await GatewayScene.run { scene in
            try await DockerEngine.run { docker in
                let (account, key) = try scene.login()
                try await docker.succeed("login", "-u", account, "--password-stdin", scene.host, input: key)
                try await docker.succeed("swarm", "init", "--advertise-addr", "127.0.0.1")
                try await body(scene, docker)
                try await docker.succeed("swarm", "leave", "--force")
            }
        }
    }

    private static func create(_ name: String, _ options: [String], _ image: String, _ docker: DockerEngine) async throws {
        let arguments = ["--detach", "--name", name, "--network", "host", "--restart-condition", "none"] + options
        _ = try await docker.run(["service", "create"] + arguments + ["\(image):v1"]).succeeded()
    }

    /// The final state and error of the service's only task.
    private static func end(of service: String, _ docker: DockerEngine) async throws -> String {
        let end = ContinuousClock.now + .seconds(40)
        var state = ""
        while ContinuousClock.now < end {
            state = try await docker.succeed("service", "ps", "--no-trunc", "--format", "{{.CurrentState}} {{.Error}}", service)
            if ["Complete", "Failed", "Rejected"].contains(where: state.hasPrefix) { return state }
            try await Task.sleep(for: .milliseconds(50))
        }
        return state
    }
}
