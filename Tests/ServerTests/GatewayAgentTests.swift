import Foundation
import TestSupport
import Testing

@Suite(
    "Builds and containers through the gateway, with an agent", .enabled(if: GatewayScene.isPossible, GatewayScene.requirements),
    .enabled(if: ContainerTools.isRoot, "SKIPPED: without root, podman and buildah need settings of the machine's"),
    .enabled(if: ContainerTools.areInstalled("podman", "runc", "buildah"), "SKIPPED: podman, runc or buildah is not installed"),
    .enabled(if: RegistryImage.isRunnable, "the image's program is for another architecture"))
struct GatewayAgentTests {
    @Test("After a build, its base image shows who pulled it, and the pushed result which container runs it", .timeLimit(.minutes(3)))
    func build() async throws {
        try await GatewayScene.run { scene in
            let (base, result) = (scene.annas, scene.empty)
            try await base.registry.push(base.path, tag: "wait", as: base.user, image: .waiting)
            try await scene.cloud("organization", "create", "acme")
            for place in [base, result] { try await scene.register(place, in: "acme") }
            let builder = try await makeRobot("builder", scopes: ["pull", "push"], in: scene)
            let agent = try await makeRobot("agents", scopes: ["service:report"], in: scene)
            let tools = try ContainerTools(scene)
            for program in ["buildah", "podman"] {
                try await tools.succeed(
                    program, "login", "--tls-verify=false", "-u", "acme+builder", "--password-stdin", scene.host, input: builder)
            }

            let (from, target) = (scene.name(of: base, in: "acme"), "\(scene.name(of: result, in: "acme")):built")
            try scene.folder.write("FROM \(from):wait\nCOPY Containerfile /added\n", to: "context/Containerfile")
            let context = scene.folder.path(of: "context")
            try await tools.succeed(
                "buildah", "bud", "--isolation", "chroot", "--quiet", "--tls-verify=false", "--tag", target, context)
            try await tools.succeed("buildah", "push", "--quiet", "--tls-verify=false", target)
            #expect(result.hasTag("built"))
            try await shows("Last pulled", "by acme+builder", of: base, in: scene)
            try await shows("Last pushed", "by acme+builder", of: result, in: scene)

            try await tools.serve { engine in
                let environment = [
                    "DOCKERCLOUD_REST_HOST": scene.server.url, "DOCKERCLOUD_USER": "acme+agents", "DOCKERCLOUD_APIKEY": agent,
                ]
                let process = try ChildProcess(Binaries.agent, ["--engine", engine, "--name", "host1"], environment: environment)
                let outcome: Result<Void, any Error>
                do {
                    try await tools.succeed("podman", "rmi", "--all", "--force")
                    try await tools.succeed("podman", "pull", "--quiet", "--tls-verify=false", target)
                    try await tools.succeed("podman", "run", "--detach", "--network", "none", "--name", "ferry", target)
                    try await shows("ferry", "Running", of: result, in: scene)
                    try await shows("Last pulled", "by acme+builder", of: result, in: scene)
                    // The container uses the result, not the image on which it was built.
                    #expect(try await scene.cloud("repository", "ls", "--namespace", "acme", "--in-use", "--quiet") == result.name)
                    // The same repository in another namespace.
                    #expect(try await scene.cloud("repository", "ls", "--in-use", "--quiet") == "")
                    try await tools.succeed("podman", "rm", "--force", "--time", "0", "ferry")
                    try await waitUntilUnused(result, in: scene)
                    outcome = .success(())
                } catch { outcome = .failure(error) }
                await process.stop()
                try outcome.get()
            }
        }
    }

    /// - Returns: its key.
    private func makeRobot(_ name: String, scopes: [String], in scene: GatewayScene) async throws -> String {
        try await scene.cloud("robot", "create", "--permission", "write", "acme+\(name)")
        let options = scopes.flatMap { ["--scope", $0] }
        return try await run(["apikey", "create", "--for", "acme+\(name)"] + options, in: scene).succeeded()
            .trimmingCharacters(in: .newlines)
    }

    /// Waits until the command `used-by` prints a line with both texts, at most for 5 seconds: the server stores pulls and pushes every
    /// 2 seconds.
    private func shows(
        _ first: String, _ second: String, of place: GatewayScene.Place, in scene: GatewayScene,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let end = ContinuousClock.now + .seconds(5)
        while true {
            let used = try await run(["repository", "used-by", "--namespace", "acme", place.name], in: scene)
            let lines = (try used.succeeded() + used.stderr).split(separator: "\n")
            if lines.contains(where: { $0.hasPrefix(first) && $0.contains(second) }) { return }
            guard ContinuousClock.now < end else {
                Issue.record("'\(first) … \(second)' is missing in \(lines)", sourceLocation: sourceLocation)
                return
            }
        }
    }

    private func waitUntilUnused(_ place: GatewayScene.Place, in scene: GatewayScene) async throws {
        let start = ContinuousClock.now
        while try await scene.cloud("repository", "ls", "--namespace", "acme", "--in-use", "--quiet") != "" {
            try #require(ContinuousClock.now < start + .seconds(20), "\(place.name) is in use")
        }
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    /// Runs `docker-cloud` as the administrator.
    private func run(_ arguments: [String], in scene: GatewayScene) async throws -> Finished {
        let environment = try scene.server.administratorEnvironment().merging(["HOME": scene.folder.path]) { $1 }
        return try await TestSupport.run(Binaries.dockerCloud, arguments, environment: environment)
    }
}
