import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@Suite("Metrics") struct MetricsTests {
    /// The content type and format that Prometheus accepts.
    static let promtool = ProgramPath.find("promtool")

    @Test("Metrics are served on a separate address, in Prometheus' text format, and nowhere else") func apart() async throws {
        try await LightermanProcess.with(in: try TemporaryDirectory(), ["--metrics", "127.0.0.1:0"]) { server in
            let url = try url(in: server.log)
            let metrics = try await call("GET", url)
            #expect(
                metrics.status == 200 && metrics.headers.contains { $0 == ("Content-Type", "text/plain; version=0.0.4; charset=utf-8") })
            let lines = metrics.body.split(separator: "\n")
            #expect(lines.contains("# TYPE lighterman_gateway_bytes_total counter"))
            for series in [
                #"gateway_bytes_total{direction="pull"}"#, #"gateway_bytes_total{direction="push"}"#,
                #"gateway_sessions_total{use="pull"}"#,
                #"gateway_sessions_total{use="push"}"#, #"gateway_upstream_errors_total{reason="timeout"}"#,
                #"rechecks_total{state="verified"}"#, #"repositories{state="rejected"}"#, #"apikeys_expiring{within="30d"}"#,
                #"http_request_duration_seconds_count{interface="gateway",status="5xx"}"#,
                #"upstream_request_duration_seconds_count{status="none"}"#, #"connections_refused_total{reason="idle"}"#,
                #"connections_refused_total{reason="address"}"#, #"connections_refused_total{reason="capacity"}"#,
            ] {
                #expect(lines.contains("lighterman_\(series) 0"), "\(series)")
            }
            let head = try await call("HEAD", url)
            #expect(head.status == 200 && head.body.isEmpty && head.headers.contains { $0.0 == "Content-Length" })
            try await #expect(call("POST", url).status == 405)
            let other = String(url.dropLast("/metrics".count))
            for path in ["/", "/metrics/", "/v2/", "/healthz", "/api/repo/v1/repository/"] {
                try await #expect(call("GET", other + path).status == 404, "\(path)")
            }
            try await #expect(call("GET", "\(server.url)/metrics").status == 404)
        }
    }

    @Test("Metrics count requests to registries, and contain no user-defined names") func count() async throws {
        let options = ["--metrics", "127.0.0.1:0", "--verify", "skip", "--allow", "127.0.0.0/8"]
        try await LightermanProcess.with(in: try TemporaryDirectory(), options) { server in
            let url = try url(in: server.log)
            let client = try APIClient(server)
            let port = try LoopbackPort.free()
            let body = #"{"name": "127.0.0.1:\#(port)/team/image"}"#
            try await #expect(client.call("POST", "/api/repo/v1/repository/", body).status == 201)
            try await #expect(client.call("GET", "/v2/127.0.0.1_\(port)/team/image/manifests/v1").status == 502)
            let metrics = try await call("GET", url).body
            #expect(metrics.contains("lighterman_gateway_upstream_errors_total{reason=\"unreachable\"} 1\n"))
            #expect(metrics.contains("lighterman_gateway_sessions_total{use=\"pull\"} 1\n"))
            #expect(metrics.contains("lighterman_repositories{state=\"unverified\"} 1\n"))
            #expect(metrics.contains("lighterman_http_request_duration_seconds_count{interface=\"api\",status=\"2xx\"} 1\n"))
            #expect(metrics.contains("lighterman_http_request_duration_seconds_count{interface=\"gateway\",status=\"5xx\"} 1\n"))
            #expect(try Self.value(of: "lighterman_upstream_request_duration_seconds_count{status=\"none\"}", in: metrics) >= 1)
            for word in ["team", "127.0.0.1", "admin"] { #expect(!metrics.contains(word)) }
        }
    }

    @Test(
        "Metrics pass all checks of Prometheus' own tool",
        .enabled(if: promtool != nil, "promtool is not installed: Debian's package is prometheus"))
    func promtoolTakes() async throws {
        let promtool = try #require(Self.promtool)
        try await LightermanProcess.with(in: try TemporaryDirectory(), ["--metrics", "127.0.0.1:0"]) { server in
            let metrics = try await call("GET", url(in: server.log)).body
            let checked = try await run(promtool, ["check", "metrics"], input: metrics)
            #expect(checked.status == 0 && checked.stdout.isEmpty && checked.stderr.isEmpty, "\(checked.stdout)\(checked.stderr)")
        }
    }

    @Test("The metrics of the process agree with the system, and those of the build with the version") func process() async throws {
        try await LightermanProcess.with(in: try TemporaryDirectory(), ["--metrics", "127.0.0.1:0"], ulimit: "-n 600") { server in
            let metrics = try await call("GET", url(in: server.log)).body
            func value(_ name: String) throws -> Double { try Self.value(of: name, in: metrics) }
            let (resident, open) = (try Double(server.residentBytes()), try Double(server.descriptors()))
            #expect(try (0.5...2).contains(value("process_resident_memory_bytes") / resident), "\(resident)")
            #expect(try abs(value("process_open_fds") - open) <= 8, "\(open)")
            #expect(try value("process_max_fds") == 600)
            #expect(try value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"))
            #expect(try value("process_cpu_seconds_total") > 0)
            let start = try value("process_start_time_seconds")
            #expect(abs(start - Date().timeIntervalSince1970) < 120)
            let version = try await run(Binaries.lighterman, ["version"]).succeeded()
            let build = try #require(metrics.firstMatch(of: /lighterman_build_info\{commit="([^"]+)",version="([^"]+)"\} 1\n/))
            #expect(version.hasPrefix("lighterman \(build.2) "))
            #expect(version.contains("commit \(build.1),") || build.1 == "unknown" && version.contains("development build"))
        }
    }

    @Test("Keys that expire are counted by the time that is left, and a renewed key does not count") func expiring() async throws {
        try await LightermanProcess.with(in: try TemporaryDirectory(), ["--metrics", "127.0.0.1:0"]) { server in
            let client = try APIClient(server)
            for days in [1, 5, 20, 60] { _ = try await client.makeKey(#"{"expires_days": \#(days)}"#) }
            let url = try url(in: server.log)
            func counts() async throws -> [Double] {
                let metrics = try await call("GET", url).body
                return try ["1d", "7d", "30d"].map { try Self.value(of: "lighterman_apikeys_expiring{within=\"\($0)\"}", in: metrics) }
            }
            #expect(try await counts() == [1, 2, 3])
            let renewed = try #require(try await client.makeKey(#"{"expires_days": 3}"#).key)
            #expect(try await counts() == [1, 3, 4])
            let answer = try await APIClient(server, account: "admin", key: renewed).call(
                "POST", "/api/account/v1/apikey/self/renewal/", "{}")
            #expect(answer.status == 201, "\(answer.text)")
            #expect(try await counts() == [1, 2, 3])
        }
    }

    @Test("Metrics are off by default") func off() async throws {
        try await LightermanProcess.with(in: try TemporaryDirectory()) { server in
            try await #expect(call("GET", "\(server.url)/metrics").status == 404)
            #expect(!server.log.contains("metrics are served"))
        }
    }

    @Test("Metrics can be configured in the environment or the file, and the server does not start if the address is in use") func taken()
        async throws
    {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder, environment: ["LIGHTERMAN_METRICS": "127.0.0.1:0"]) { server in
            let address = String(try url(in: server.log).dropFirst("http://".count).dropLast("/metrics".count))
            let file = try folder.write(#"{"metrics": "\#(address)"}"#, to: "config.json")
            let refused = try await run(
                Binaries.lighterman,
                ["serve", "--data", folder.path(of: "other"), "--listen", "127.0.0.1:0", "--config", file])
            #expect(refused.status == 69 && refused.stdout.isEmpty)
            #expect(refused.stderr.contains("\(address) is taken by another process: choose another port with --metrics"))
        }
    }

    @Test("The metrics address cannot be registered as a registry") func noRegistry() async throws {
        try await LightermanProcess.with(in: try TemporaryDirectory(), ["--metrics", "127.0.0.1:0"]) { server in
            let address = String(try url(in: server.log).dropFirst("http://".count).dropLast("/metrics".count))
            let answer = try await APIClient(server).call("POST", "/api/repo/v1/repository/", #"{"name": "\#(address)/team/image"}"#)
            #expect(answer.status == 400 && answer.body.contains("this server itself"), "\(answer.body)")
        }
    }

    private static func value(of series: String, in metrics: String) throws -> Double {
        let line = try #require(metrics.split(separator: "\n").first { $0.hasPrefix("\(series) ") }, "\(series)")
        return try #require(Double(line.dropFirst(series.utf8.count + 1)))
    }

    private func url(in log: String) throws -> String {
        String(try #require(log.firstMatch(of: /metrics are served without authentication url="?(http:[^ "\n]+)/)).1)
    }

    private func call(_ method: String, _ url: String) async throws -> (status: UInt, headers: [(String, String)], body: String) {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        return (
            response.status.code, response.headers.map { ($0.name, $0.value) },
            String(buffer: try await response.body.collect(upTo: 1 << 20))
        )
    }
}
