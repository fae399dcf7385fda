import Foundation
import TestSupport
import Testing

@Suite("skopeo through the gateway", .enabled(if: GatewayScene.isPossible, GatewayScene.requirements))
struct GatewaySkopeoTests {
    @Test("skopeo copies between repositories of different users, on all kinds of registries, with one login", .timeLimit(.minutes(3)))
    func copies() async throws {
        try await GatewayScene.run { scene in
            let tools = try ContainerTools(scene)
            try await tools.logIn(with: "skopeo")
            for (number, place) in scene.places.enumerated() {
                _ = try await tools.pull(place, to: "image\(number)").succeeded()
                _ = try await tools.push("image\(number)", tag: "v1", to: place, as: "v2").succeeded()
                #expect(place.hasTag("v2"), "\(place.name)")
                let tags = try await tools.succeed("skopeo", "list-tags", "--tls-verify=false", "docker://\(scene.name(of: place))")
                #expect(tags.contains("\"v1\"") && tags.contains("\"v2\""), "\(place.name)")
            }
            let (source, destination) = (scene.name(of: scene.annas), scene.name(of: scene.empty))
            try await tools.succeed(
                "skopeo", "copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false", "docker://\(source):v1",
                "docker://\(destination):copied")
            #expect(scene.empty.hasTag("copied"))
        }
    }

    @Test(
        "skopeo is denied access that the stored credential does not have, even if another credential on the registry has it",
        .timeLimit(.minutes(3)))
    func credentialsAreKeptApart() async throws {
        try await GatewayScene.run { scene in
            let tools = try ContainerTools(scene)
            try await tools.logIn(with: "skopeo")
            // Tokens of both users are cached before Bert's repository is accessed with Anna's credential.
            for place in [scene.annas, scene.berts] { _ = try await tools.pull(place).succeeded() }
            try await scene.cloud(
                "repository", "update", "--no-verify", "-n", "anna", "-p", GatewayScene.passwords["anna"] ?? "", scene.berts.name)
            let pull = try await tools.pull(scene.berts)
            #expect(pull.status != 0)
            #expect(pull.stderr.contains("denied access to the repository with the stored user name and password"), "\(pull.stderr)")
            let push = try await tools.push("pulled", tag: "v1", to: scene.berts, as: "stolen")
            #expect(push.status != 0)
            #expect(push.stderr.contains("403"), "\(push.stderr)")
            #expect(!scene.berts.hasTag("stolen"))
            _ = try await tools.pull(scene.annas).succeeded()
        }
    }

    @Test("skopeo is denied other repositories and pushes that the API key does not permit", .timeLimit(.minutes(3)))
    func keysAreKeptApart() async throws {
        try await GatewayScene.run { scene in
            let annas = try await scene.cloud(
                "apikey", "create", "--scope", "pull", "--scope", "push", "--repository", scene.annas.name)
            let tools = try ContainerTools(scene, named: "annas")
            try await tools.logIn(with: "skopeo", key: annas)
            _ = try await tools.pull(scene.annas).succeeded()
            _ = try await tools.push("pulled", tag: "v1", to: scene.annas, as: "v2").succeeded()
            let reader = try ContainerTools(scene, named: "reader")
            try await reader.logIn(with: "skopeo", key: try await scene.cloud("apikey", "create", "--scope", "pull"))
            _ = try await reader.pull(scene.berts, to: "read").succeeded()
            let pull = try await tools.pull(scene.berts, to: "nothing")
            #expect(pull.status != 0)
            #expect(pull.stderr.contains("denied"), "\(pull.stderr)")
            for (tools, layout) in [(tools, "pulled"), (reader, "read")] {
                let push = try await tools.push(layout, tag: "v1", to: scene.berts, as: "v2")
                #expect(push.status != 0)
                // skopeo first checks for the layer with HEAD, whose response has no message.
                #expect(push.stderr.contains("denied") || push.stderr.contains("403"), "\(push.stderr)")
            }
            #expect(scene.annas.hasTag("v2"))
            #expect(!scene.berts.hasTag("v2"))
        }
    }

    @Test("skopeo copies a large image in both directions, and the server holds little of it in memory", .timeLimit(.minutes(5)))
    func large() async throws {
        try await GatewayScene.run { scene in
            let size = 100 << 20
            let random = try #require(try FileHandle(forReadingFrom: URL(filePath: "/dev/urandom")).read(upToCount: size))
            let layout = try RegistryImage(content: Array(random)).write(to: scene.folder, as: "large", tag: "v1")
            let tools = try ContainerTools(scene)
            try await tools.logIn(with: "skopeo")
            _ = try await tools.push("large", tag: "v1", to: scene.empty, as: "v1").succeeded()
            _ = try await tools.pull(scene.empty, to: "back").succeeded()
            let files = FileManager.default
            let blobs = try files.contentsOfDirectory(atPath: "\(layout)/blobs/sha256").sorted()
            // skopeo verifies the digests of the content that it writes.
            #expect(try files.contentsOfDirectory(atPath: scene.folder.path(of: "back/blobs/sha256")).sorted() == blobs)
            let memory = try #require(try Self.largestMemory(of: scene.server))
            print("The server's memory was at most \(memory >> 10) MiB for an image of \(size >> 20) MiB")
            #expect(memory < 96 << 10)
        }
    }

    /// In KiB (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html).
    private static func largestMemory(of server: LightermanProcess) throws -> Int? {
        let lines = try String(contentsOfFile: "/proc/\(server.id)/status", encoding: .utf8).split(separator: "\n")
        return lines.first { $0.hasPrefix("VmHWM:") }?.split(separator: " ").dropLast().last.flatMap { Int($0) }
    }
}
