import Foundation
import Synchronization

/// The CNCF's registry from Debian's package, on 127.0.0.1, with users for the test.
package final class DockerRegistry: Sendable {
    /// Whether the registry and the programs to push to it are installed.
    package static var isInstalled: Bool {
        ["docker-registry", "htpasswd", "skopeo"].allSatisfy { ProgramPath.find($0) != nil }
    }

    package let port: Int
    private let folder: TemporaryDirectory
    private let state: Mutex<State>

    /// The realm of the tokens that it accepts; nil if it uses Basic authentication.
    private let tokens: TokenServer?

    /// The certificate for TLS; nil for plain HTTP.
    private let certificate: RegistryCertificate?

    private struct State {
        var users: [String: String]
        var process: ChildProcess?
    }

    private init(
        users: [String: String], tokens: TokenServer?, certificate: RegistryCertificate?, folder: TemporaryDirectory
    ) throws {
        port = try LoopbackPort.free()
        self.certificate = certificate
        self.folder = folder
        self.tokens = tokens
        state = Mutex(State(users: users))
    }

    /// Runs a registry while the body runs.
    package static func run<Value>(
        users: [String: String], certificate: RegistryCertificate? = nil, _ body: (DockerRegistry) async throws -> Value
    ) async throws -> Value {
        try await run(users: users, tokens: nil, certificate: certificate, body)
    }

    /// Runs a registry that accepts the tokens of this realm, which must be signed.
    package static func run<Value>(tokens: TokenServer, _ body: (DockerRegistry) async throws -> Value) async throws -> Value {
        try await run(users: tokens.behavior.users, tokens: tokens, certificate: nil, body)
    }

    private static func run<Value>(
        users: [String: String], tokens: TokenServer?, certificate: RegistryCertificate?,
        _ body: (DockerRegistry) async throws -> Value
    ) async throws -> Value {
        let registry = try await started(users: users, tokens: tokens, certificate: certificate)
        let result: Result<Value, any Error>
        do { result = .success(try await body(registry)) } catch { result = .failure(error) }
        await registry.stop()
        return try result.get()
    }

    /// Another process may take the free port before the registry; then another port is tried.
    private static func started(
        users: [String: String], tokens: TokenServer?, certificate: RegistryCertificate?
    ) async throws -> DockerRegistry {
        var attempts = 3
        while true {
            let registry = try DockerRegistry(users: users, tokens: tokens, certificate: certificate, folder: TemporaryDirectory())
            do {
                try await registry.start()
                return registry
            } catch let failure as ProgramFailed {
                attempts -= 1
                if attempts == 0 { throw failure }
            }
        }
    }

    /// `127.0.0.1:5000`
    package var authority: String { "127.0.0.1:\(port)" }

    private var users: [String: String] { state.withLock { $0.users } }

    /// Sets the password of a user, who is added if missing, and restarts the registry on the same port.
    package func setPassword(_ password: String, of user: String) async throws {
        state.withLock { $0.users[user] = password }
        await stop()
        try await start()
    }

    /// Stops the registry, which keeps its content.
    package func stop() async {
        let process = state.withLock { state in
            defer { state.process = nil }
            return state.process
        }
        await process?.stop()
    }

    package func start() async throws {
        try await writeUsers()
        let configuration = try folder.write(configuration, to: "registry.yml")
        let process = try ChildProcess("docker-registry", ["serve", configuration], environment: ["HOME": folder.path])
        state.withLock { $0.process = process }
        do { try await waitUntilItListens(process) } catch {
            await stop()
            throw error
        }
    }
}

// Operations of tests.
extension DockerRegistry {
    /// Pushes a small image as this user.
    package func push(
        _ repository: String, tag: String = "latest", as user: String, image: RegistryImage = RegistryImage()
    ) async throws {
        guard let password = users[user] else { throw ProgramFailed(reason: "there is no user \(user)") }
        try await TemporaryDirectory.with { folder in
            let layout = try image.write(to: folder, as: "image", tag: tag)
            _ = try await TestSupport.run(
                "skopeo",
                [
                    "copy", "--insecure-policy", "--quiet", "--dest-tls-verify=false", "--dest-creds", "\(user):\(password)",
                    "oci:\(layout):\(tag)", "docker://\(authority)/\(repository):\(tag)",
                ],
                environment: ["HOME": folder.path, "TMPDIR": folder.path]
            ).succeeded()
        }
    }

    /// Whether the registry stores this tag.
    package func hasTag(_ tag: String, in repository: String) -> Bool {
        exists("\(storage(of: repository))/_manifests/tags/\(tag)/current/link")
    }

    /// The uploads of a repository that were neither completed nor cancelled. The registry leaves empty folders of cancelled uploads;
    /// folders of unfinished ones contain the start time.
    package func unfinishedUploads(in repository: String) -> [String] {
        let folder = "\(storage(of: repository))/_uploads"
        let uploads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return uploads.filter { exists("\(folder)/\($0)/startedat") }
    }

    /// Whether the registry has ever stored anything for this repository.
    package func hasTraces(of repository: String) -> Bool {
        exists(storage(of: repository))
    }

    /// Its log, with all requests.
    package var log: String { state.withLock { $0.process }?.stderr ?? "" }

    private func storage(of repository: String) -> String {
        folder.path(of: "storage/docker/registry/v2/repositories/\(repository)")
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }
}

// Start of the process.
extension DockerRegistry {
    private var configuration: String {
        """
        version: 0.1
        log: {level: info, accesslog: {disabled: false}}
        storage: {filesystem: {rootdirectory: "\(folder.path(of: "storage"))"}, delete: {enabled: true}}
        http: {addr: "\(authority)", secret: "only-for-tests"\(tls)}
        auth: \(authentication)
        """
    }

    private var tls: String {
        certificate.map { #", tls: {certificate: "\#($0.certificatePath)", key: "\#($0.keyPath)"}"# } ?? ""
    }

    private var authentication: String {
        guard let tokens else { return #"{htpasswd: {realm: "Test registry", path: "\#(folder.path(of: "htpasswd"))"}}"# }
        return """
            {token: {realm: "\(tokens.realm)", service: "\(TokenServer.service)", issuer: "\(TokenServer.issuer)", \
            rootcertbundle: "\(tokens.behavior.signer?.certificatePath ?? "")"}}
            """
    }

    /// The registry reads bcrypt only; the lowest cost keeps tests fast.
    private func writeUsers() async throws {
        var lines: [String] = []
        for (user, password) in users {
            lines.append(try await TestSupport.run("htpasswd", ["-Bbn", "-C", "4", user, password]).succeeded())
        }
        try folder.write(lines.joined(), to: "htpasswd")
    }

    private func waitUntilItListens(_ process: ChildProcess) async throws {
        for _ in 1...2000 {
            guard process.isRunning else { throw ProgramFailed(reason: "docker-registry ended: \(process.stderr)") }
            // The registry's own log line: another process that has taken the port would respond as well.
            if process.stderr.contains("listening on") { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ProgramFailed(reason: "docker-registry does not listen: \(process.stderr)")
    }
}
