/// nginx in front of a registry, with nginx's defaults, on 127.0.0.1.
package struct NginxProxy: Sendable {
    package static var isInstalled: Bool { ProgramPath.find("nginx") != nil }

    package enum Host: String, Sendable, CaseIterable {
        case ofClient = "$http_host"
        case ofRegistry = "$proxy_host"
    }

    package let port: Int
    private let host: Host

    /// `127.0.0.1:5000`
    package var authority: String { "127.0.0.1:\(port)" }

    /// Runs nginx while the body runs.
    ///
    /// - Parameters:
    ///   - upstream: the registry's port.
    ///   - host: the `Host` field for the registry, which builds its locations from it: nginx's variable for the client's host, or for the
    ///     registry's, which is nginx's default.
    package static func run<Value>(
        before upstream: Int, host: Host = .ofClient, _ body: (NginxProxy) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { folder in
            let proxy = NginxProxy(port: try LoopbackPort.free(), host: host)
            let configuration = try folder.write(proxy.configuration(upstream, folder), to: "nginx.conf")
            let process = try ChildProcess("nginx", ["-p", folder.path, "-c", configuration, "-e", folder.path(of: "error.log")])
            let result: Result<Value, any Error>
            do {
                try await proxy.waitUntilItListens(process)
                result = .success(try await body(proxy))
            } catch {
                result = .failure(error)
            }
            await process.stop()
            return try result.get()
        }
    }

    private func configuration(_ upstream: Int, _ folder: TemporaryDirectory) -> String {
        let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder.path(of: $0));" }
        return """
            daemon off;
            worker_processes 1;
            pid \(folder.path(of: "pid"));
            events {}
            http {
                access_log off;
                \(places.joined(separator: "\n    "))
                server {
                    listen \(authority);
                    location / {
                        proxy_pass http://127.0.0.1:\(upstream);
                        proxy_set_header Host \(host.rawValue);
                    }
                }
            }
            """
    }

    private func waitUntilItListens(_ process: ChildProcess) async throws {
        for _ in 1...2000 {
            guard process.isRunning else { throw ProgramFailed(reason: "nginx ended: \(process.stderr)") }
            if try LoopbackPort.isHeard(port) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ProgramFailed(reason: "nginx does not listen: \(process.stderr)")
    }
}
