import Foundation
import TestSupport

/// skopeo, podman and buildah, with their own configuration and storage.
struct ContainerTools: Sendable {
    let scene: GatewayScene
    private let environment: [String: String]
    /// If podman's path is longer than 50 characters, it waits for 20 seconds before it notices that a container has exited.
    private let runtime: TemporaryDirectory

    /// - Parameter registries: the content of registries.conf; without it, no registry is redirected.
    init(_ scene: GatewayScene, registries: String = "", named name: String = "tools") throws {
        self.scene = scene
        let folder = scene.folder
        runtime = try .short()
        environment = try PodmanConfiguration.write(to: name, in: folder, runRoot: runtime.path, registries: registries)
            .merging(["REGISTRY_AUTH_FILE": folder.path(of: "\(name)/auth.json")]) { _, new in new }
    }

    static var isRoot: Bool { geteuid() == 0 }

    static func areInstalled(_ programs: String...) -> Bool { programs.allSatisfy { ProgramPath.find($0) != nil } }

    func run(_ program: String, _ arguments: [String], input: String = "") async throws -> Finished {
        try await TestSupport.run(program, arguments, environment: environment, input: input, timeout: .seconds(120))
    }

    /// Runs podman's service with Docker's API.
    func serve(_ body: (_ address: String) async throws -> Void) async throws {
        let address = "unix://\(runtime.path)/sock"
        let service = try ChildProcess("podman", ["system", "service", "--time", "0", address], environment: environment)
        let result: Result<Void, any Error>
        do { result = .success(try await body(address)) } catch { result = .failure(error) }
        _ = try await run("podman", ["rm", "--force", "--all", "--time", "0"])
        await service.stop()
        try result.get()
    }

    @discardableResult
    func succeed(_ program: String, _ arguments: String..., input: String = "") async throws -> String {
        try await run(program, arguments, input: input).succeeded()
    }

    /// Logs in to the server, once for all registries behind it.
    func logIn(with program: String, key: String? = nil) async throws {
        let (account, administrators) = try scene.login()
        try await succeed(
            program, "login", "--tls-verify=false", "-u", account, "--password-stdin", scene.host, input: key ?? administrators)
    }
}

// skopeo commands.
extension ContainerTools {
    /// Copies an image from the server into a folder of the scene.
    func pull(_ place: GatewayScene.Place, tag: String = "v1", to layout: String = "pulled") async throws -> Finished {
        try await run(
            "skopeo",
            [
                "copy", "--quiet", "--preserve-digests", "--src-tls-verify=false", "docker://\(scene.name(of: place)):\(tag)",
                "oci:\(scene.folder.path(of: layout)):\(tag)",
            ])
    }

    func push(_ layout: String, tag: String, to place: GatewayScene.Place, as other: String) async throws -> Finished {
        try await run(
            "skopeo",
            [
                "copy", "--quiet", "--preserve-digests", "--dest-tls-verify=false", "oci:\(scene.folder.path(of: layout)):\(tag)",
                "docker://\(scene.name(of: place)):\(other)",
            ])
    }
}
