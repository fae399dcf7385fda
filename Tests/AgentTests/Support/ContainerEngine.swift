import TestSupport

/// The commands that Docker Engine and podman share, so that one test runs with both.
protocol ContainerEngine: Sendable {
    var address: String { get }
    func run(_ arguments: [String]) async throws -> Finished
    /// Stops the engine, or kills it without notice, and starts it again after the body.
    func restart(killing isKilled: Bool, meanwhile body: () async throws -> Void) async throws
}

extension DockerEngine: ContainerEngine {
    func run(_ arguments: [String]) async throws -> Finished { try await run(arguments, input: "") }
}

extension PodmanEngine: ContainerEngine {}

/// An image whose containers run until a signal ends them.
enum WaitingImage {
    static let repository = "registry.local/team/app"
    static let name = "\(repository):v1"

    static func add(to engine: some ContainerEngine) async throws {
        try await TemporaryDirectory.with { folder in
            let archive = try folder.write(RegistryImage.waiting.fileSystem, to: "image.tar")
            _ = try await engine.run(["import", "--change", #"CMD ["/wait"]"#, archive, name]).succeeded()
        }
    }
}
