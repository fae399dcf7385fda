import Foundation
import TestSupport
import Testing

@Suite(
    "containerd through the gateway", .enabled(if: GatewayScene.isPossible, GatewayScene.requirements),
    .enabled(if: ContainerTools.areInstalled("containerd", "ctr"), "containerd is not installed"),
    .enabled(if: ContainerTools.isRoot, "containerd runs as root only"))
struct GatewayContainerdTests {
    @Test("containerd pulls by original image names and pushes, as configured by 'docker-cloud setup containerd'", .timeLimit(.minutes(3)))
    func pullsAndPushes() async throws {
        try await GatewayScene.run { scene in
            let hosts = try await Self.writeHosts(scene)
            try await Containerd.run { containerd in
                for place in scene.places {
                    try await containerd.pull("\(place.name):v1", hosts)
                    try await containerd.push("\(place.name):containerd", "\(place.name):v1", hosts)
                    #expect(place.hasTag("containerd"), "\(place.name)")
                }
            }
        }
    }

    @Test("containerd pulls and pushes repositories of an organization", .timeLimit(.minutes(3)))
    func organization() async throws {
        try await GatewayScene.run { scene in
            try await scene.cloud("organization", "create", "acme")
            try await scene.cloud("repository", "rm", scene.annas.name)
            try await scene.register(scene.annas, in: "acme")
            let hosts = try await Self.writeHosts(scene, "--namespace", "acme")
            try await Containerd.run { containerd in
                try await containerd.pull("\(scene.annas.name):v1", hosts)
                try await containerd.push("\(scene.annas.name):acme", "\(scene.annas.name):v1", hosts)
                #expect(scene.annas.hasTag("acme"))
            }
        }
    }

    @Test("containerd pulls from a path without the registry, which ?ns= names", .timeLimit(.minutes(3))) func namespaceParameter()
        async throws
    {
        try await GatewayScene.run { scene in
            let (account, key) = try scene.login()
            for place in scene.places {
                try scene.folder.write(
                    "[host.\"\(scene.server.url)\"]\n  capabilities = [\"pull\", \"resolve\"]\n",
                    to: "hosts/\(place.registry.authority)/hosts.toml")
            }
            try await Containerd.run { containerd in
                for place in scene.places {
                    try await containerd.pull(
                        "\(place.name):v1", ["--hosts-dir", scene.folder.path(of: "hosts"), "--user", "\(account):\(key)"])
                }
            }
        }
    }

    /// Runs the printed script, with its placeholders replaced as it instructs.
    private static func writeHosts(_ scene: GatewayScene, _ options: String...) async throws -> [String] {
        let (account, key) = try scene.login()
        let environment = try scene.server.administratorEnvironment().merging(["HOME": scene.folder.path]) { $1 }
        let script = try await TestSupport.run(Binaries.dockerCloud, ["setup", "containerd"] + options, environment: environment)
            .succeeded()
            .replacing("folder=/etc/containerd/certs.d", with: "folder=\(scene.folder.path(of: "certs.d"))")
            .replacing("ACCOUNT:API-KEY", with: "\(account):\(key)")
        _ = try await TestSupport.run("sh", [], input: script).succeeded()
        return ["--hosts-dir", scene.folder.path(of: "certs.d")]
    }
}

/// containerd with its own directories, and its command-line client.
struct Containerd: Sendable {
    private let socket: String

    static func run(_ body: (Containerd) async throws -> Void) async throws {
        try await TemporaryDirectory.with { folder in
            let configuration = """
                version = 2
                root = "\(folder.path(of: "root"))"
                state = "\(folder.path(of: "state"))"
                disabled_plugins = ["io.containerd.grpc.v1.cri"]
                [grpc]
                address = "\(folder.path(of: "sock"))"
                [ttrpc]
                address = "\(folder.path(of: "ttrpc"))"
                """
            let process = try ChildProcess("containerd", ["--config", folder.write(configuration, to: "config.toml")])
            let result: Result<Void, any Error>
            do {
                let containerd = Containerd(socket: folder.path(of: "sock"))
                try await containerd.waitUntilItAnswers(process)
                result = .success(try await body(containerd))
            } catch { result = .failure(error) }
            await process.stop()
            try result.get()
        }
    }

    func pull(_ image: String, _ options: [String]) async throws {
        try await succeed(["images", "pull", "--snapshotter", "native"] + options + [image])
    }

    func push(_ remote: String, _ local: String, _ options: [String]) async throws {
        try await succeed(["images", "push"] + options + [remote, local])
    }

    private func succeed(_ arguments: [String]) async throws {
        _ = try await TestSupport.run("ctr", ["--address", socket] + arguments, timeout: .seconds(60)).succeeded()
    }

    private func waitUntilItAnswers(_ process: ChildProcess) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while process.isRunning, ContinuousClock.now < end {
            if try await TestSupport.run("ctr", ["--address", socket, "version"]).status == 0 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ProgramFailed(reason: "containerd does not answer: \(process.stderr)")
    }
}
