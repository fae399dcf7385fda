import TestSupport
import Testing

@Suite(
    "Docker Engine through the gateway", .enabled(if: GatewayScene.isPossible, GatewayScene.requirements),
    .enabled(if: ContainerTools.areInstalled("dockerd", "docker"), "Docker Engine is not installed: Debian's package is docker.io"),
    .enabled("Docker Engine does not run here: it needs root, and the kernel's leave") { await DockerEngine.isPossible })
struct GatewayDockerTests {
    @Test(
        "Docker pulls, runs and pushes with one login", .timeLimit(.minutes(3)),
        .enabled(if: RegistryImage.isRunnable, "the image's program is for another architecture"))
    func pullsRunsAndPushes() async throws {
        try await GatewayScene.run { scene in
            try await DockerEngine.run { docker in
                let (account, key) = try scene.login()
                try await docker.succeed("login", "-u", account, "--password-stdin", scene.host, input: key)
                for place in scene.places {
                    let name = scene.name(of: place)
                    try await docker.succeed("pull", "--quiet", "\(name):v1")
                    #expect(try await docker.succeed("run", "--rm", "--network", "host", "\(name):v1") == "\(GatewayScene.line)\n")
                    try await docker.succeed("tag", "\(name):v1", "\(name):docker")
                    try await docker.succeed("push", "\(name):docker")
                    #expect(place.hasTag("docker"), "\(place.name)")
                }
            }
        }
    }

    @Test("Docker builds on an image from the server, and pushes the result", .timeLimit(.minutes(3)))
    func builds() async throws {
        try await GatewayScene.run { scene in
            try await DockerEngine.run { docker in
                let (account, key) = try scene.login()
                try await docker.succeed("login", "-u", account, "--password-stdin", scene.host, input: key)
                try scene.folder.write("FROM \(scene.name(of: scene.berts)):v1\nCOPY Dockerfile /added\n", to: "context/Dockerfile")
                let target = "\(scene.name(of: scene.empty)):docker"
                try await docker.succeed("build", "--quiet", "--tag", target, scene.folder.path(of: "context"))
                try await docker.succeed("push", target)
                #expect(scene.empty.hasTag("docker"))
            }
        }
    }

    @Test("Docker shows the advice for an unregistered repository", .timeLimit(.minutes(3))) func isTold() async throws {
        try await GatewayScene.run { scene in
            try await DockerEngine.run { docker in
                let (account, key) = try scene.login()
                try await docker.succeed("login", "-u", account, "--password-stdin", scene.host, input: key)
                let name = scene.name(of: .init(registry: scene.withTokens, path: "team/c", user: "anna"))
                let attempt = try await docker.run(["pull", "\(name):v1"])
                #expect(attempt.status != 0)
                #expect(attempt.stderr.contains("docker-cloud repository register \(scene.withTokens.authority)/team/c"))
            }
        }
    }
}
