import TestSupport
import Testing

@Suite(
    "podman and buildah through the gateway", .enabled(if: GatewayScene.isPossible, GatewayScene.requirements),
    .enabled(if: ContainerTools.isRoot, "without root, podman and buildah need settings of the machine's"))
struct GatewayPodmanTests {
    @Test(
        "podman pulls by original image names, runs and pushes", .timeLimit(.minutes(3)),
        .enabled(if: ContainerTools.areInstalled("podman", "runc"), "podman or runc is not installed"),
        .enabled(if: RegistryImage.isRunnable, "the image's program is for another architecture"))
    func podman() async throws {
        try await GatewayScene.run { scene in
            let tools = try ContainerTools(scene, registries: try await scene.cloud("setup", "podman"))
            try await tools.logIn(with: "podman")
            for place in scene.places {
                try await tools.succeed("podman", "pull", "--quiet", "\(place.name):v1")
                let output = try await tools.succeed("podman", "run", "--rm", "--network", "none", "\(place.name):v1")
                #expect(output == "\(GatewayScene.line)\n")
                try await tools.succeed(
                    "podman", "push", "--quiet", "--tls-verify=false", "\(place.name):v1", "\(scene.name(of: place)):podman")
                #expect(place.hasTag("podman"), "\(place.name)")
            }
            try await tools.succeed("podman", "pull", "--quiet", "--tls-verify=false", "\(scene.name(of: scene.annas)):podman")
        }
    }

    @Test(
        "podman shows the advice for an unregistered repository, and the error for an unknown tag", .timeLimit(.minutes(3)),
        .enabled(if: ContainerTools.areInstalled("podman", "runc"), "podman or runc is not installed"))
    func podmanIsTold() async throws {
        try await GatewayScene.run { scene in
            let tools = try ContainerTools(scene, registries: try await scene.cloud("setup", "podman"))
            try await tools.logIn(with: "podman")
            let unknown = try await tools.run("podman", ["pull", "\(scene.withTokens.authority)/team/c:v1"])
            #expect(unknown.status != 0)
            #expect(unknown.stderr.contains("docker-cloud repository register \(scene.withTokens.authority)/team/c"))
            let untagged = try await tools.run("podman", ["pull", "\(scene.annas.name):v0"])
            #expect(untagged.status != 0)
            #expect(untagged.stderr.contains("manifest unknown"))
        }
    }

    @Test(
        "buildah builds on an image from the server, and pushes the result", .timeLimit(.minutes(3)),
        .enabled(if: ContainerTools.areInstalled("buildah"), "buildah is not installed"))
    func buildah() async throws {
        try await GatewayScene.run { scene in
            let tools = try ContainerTools(scene, registries: try await scene.cloud("setup", "podman"))
            try await tools.logIn(with: "buildah")
            let context = scene.folder.path(of: "context")
            for (number, place) in scene.places.enumerated() {
                let target = "\(scene.name(of: scene.empty)):built\(number)"
                try scene.folder.write("FROM \(place.name):v1\nCOPY Containerfile /added\n", to: "context/Containerfile")
                try await tools.succeed("buildah", "bud", "--isolation", "chroot", "--quiet", "--tag", target, context)
                try await tools.succeed("buildah", "push", "--quiet", "--tls-verify=false", target)
                #expect(scene.empty.hasTag("built\(number)"), "\(place.name)")
            }
        }
    }
}
