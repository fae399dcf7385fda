import Foundation
import TestSupport

/// A reverse proxy with the configuration of docs/operating.md.
enum ReverseProxy: String, CaseIterable, Sendable, CustomStringConvertible {
    case nginx = "nginx"
    case caddy = "Caddy"
    case haproxy = "HAProxy"

    var description: String { rawValue }
    private var program: String { rawValue.lowercased() }
    private var language: String { self == .caddy ? "caddyfile" : program }
    var isInstalled: Bool { ProgramPath.find(program) != nil }

    /// Runs the proxy on a port of 127.0.0.1 while the body runs.
    ///
    /// - Parameter upstream: the port of the server.
    func run<Value>(
        on port: Int, before upstream: Int, with certificate: RegistryCertificate, _ body: () async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { folder in
            let file = try folder.write(configuration(port, upstream, certificate, folder), to: "proxy.conf")
            let environment = ["HOME": folder.path, "XDG_DATA_HOME": folder.path, "XDG_CONFIG_HOME": folder.path]
            let process = try ChildProcess(program, arguments(file, folder), environment: environment)
            let result: Result<Value, any Error>
            do {
                try await waitUntilItListens(process, port)
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            await process.stop()
            return try result.get()
        }
    }

    private func arguments(_ file: String, _ folder: TemporaryDirectory) -> [String] {
        switch self {
        case .nginx: ["-p", folder.path, "-c", file, "-e", folder.path(of: "error.log")]
        case .caddy: ["run", "--config", file, "--adapter", "caddyfile"]
        case .haproxy: ["-db", "-f", file]
        }
    }

    /// The documented text with the addresses and files of the test, and with the settings around it that a test needs: no files and
    /// ports outside the test.
    private func configuration(
        _ port: Int, _ upstream: Int, _ certificate: RegistryCertificate, _ folder: TemporaryDirectory
    ) throws -> String {
        let documented = try DocumentedBlock.text(under: rawValue, in: language)
        let combined = try [certificate.certificatePath, certificate.keyPath].map { try String(contentsOfFile: $0, encoding: .utf8) }
        let replacements = [
            ("/etc/lighterman/chain-and-key.pem", try folder.write(combined.joined(), to: "combined.pem")),
            ("/etc/lighterman/chain.pem", certificate.certificatePath), ("/etc/lighterman/key.pem", certificate.keyPath),
            ("127.0.0.1:8080", "127.0.0.1:\(upstream)"), ("listen 443 ", "listen 127.0.0.1:\(port) "),
            ("bind :443 ", "bind 127.0.0.1:\(port) "),
            ("lighterman.example {", "https://127.0.0.1:\(port) {"), ("lighterman.example", "127.0.0.1"),
        ]
        let text = replacements.reduce(documented) { $0.replacing($1.0, with: $1.1) }
        switch self {
        case .nginx:
            let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder.path(of: $0));" }
            return "daemon off;\nworker_processes 1;\npid \(folder.path(of: "pid"));\nevents {}\nhttp {\naccess_log off;\n"
                + places.joined(separator: "\n") + "\n\(text)}\n"
        case .caddy: return "{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\tauto_https disable_redirects\n}\n\(text)"
        case .haproxy: return text
        }
    }

    private func waitUntilItListens(_ process: ChildProcess, _ port: Int) async throws {
        for _ in 1...2000 {
            guard process.isRunning else { throw ProgramFailed(reason: "\(self) ended: \(process.stderr)\(process.stdout)") }
            if try LoopbackPort.isHeard(port) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ProgramFailed(reason: "\(self) does not listen: \(process.stderr)\(process.stdout)")
    }
}
