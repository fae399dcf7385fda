import Foundation
import Synchronization

/// The CNCF's registry, as Debian packages it, with users of its own, on 127.0.0.1.
package final class DockerRegistry: Sendable {
    /// Everything that is needed to run one and to push to it.
    package static var isInstalled: Bool {
        ["docker-registry", "htpasswd", "skopeo"].allSatisfy { ProgramPath.find($0) != nil }
    }

    package let port: Int
    private let folder: TemporaryDirectory
    private let state: Mutex<State>

    /// Who makes the tokens that it takes; nil where it asks for users and passwords itself.
    private let tokens: TokenServer?

    /// What it speaks TLS with; nil for plain http.
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

    /// Runs a registry for as long as the body takes.
    package static func run<Value>(
        users: [String: String], certificate: RegistryCertificate? = nil, _ body: (DockerRegistry) async throws -> Value
    ) async throws -> Value {
        try await run(users: users, tokens: nil, certificate: certificate, body)
    }

    /// Runs one that takes the tokens of this realm; they must be signed.
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

    /// Somebody else may take a free port before the registry does; then another is tried.
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

    /// Gives a user another password, or adds the user, and starts the registry again on the same port.
    package func setPassword(_ password: String, of user: String) async throws {
        state.withLock { $0.users[user] = password }
        await stop()
        try await start()
    }

    /// Ends the registry; what was pushed stays.
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

// What tests do with it.
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

    /// The uploads that were begun in a repository, and neither finished nor cancelled. The registry leaves empty folders of
    /// cancelled ones behind; those that go on have the time when they were begun.
    package func unfinishedUploads(in repository: String) -> [String] {
        let folder = "\(storage(of: repository))/_uploads"
        let uploads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return uploads.filter { exists("\(folder)/\($0)/startedat") }
    }

    /// Whether the registry has ever written anything of this repository.
    package func hasTraces(of repository: String) -> Bool {
        exists(storage(of: repository))
    }

    /// Its log, where it says what it was asked.
    package var log: String { state.withLock { $0.process }?.stderr ?? "" }

    private func storage(of repository: String) -> String {
        folder.path(of: "storage/docker/registry/v2/repositories/\(repository)")
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }
}

// How it is started.
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
            rootcertbundle: "\(tokens.conduct.signer?.certificatePath ?? "")"}}
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
            // Its own word: another process may have taken the port, and would answer too.
            if process.stderr.contains("listening on") { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ProgramFailed(reason: "docker-registry does not listen: \(process.stderr)")
    }
}
