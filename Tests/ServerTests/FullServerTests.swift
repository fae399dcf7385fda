import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The server with default settings, 1,024 file descriptors, and clients without credentials.
@Suite("Connections: a full server", .serialized, .enabled(if: FullServer.isPossible, "too few file descriptors"))
struct FullServerTests {
    @Test(
        "A request with a valid key gets a response while 1,060 idle connections are open", .timeLimit(.minutes(2)),
        arguments: FullServer.beginnings,
        [[], ["--trusted-proxy", "127.0.0.0/8"]])
    func full(_ beginning: String, _ arguments: [String]) async throws {
        try await FullServer.run(arguments) { server in
            let idle = try await server.open(1060, sending: beginning)
            try await server.expectAnswers()
            for number in 0..<200 {
                let status = try await server.send(server.request("/v2/", key: "wrong-\(number)"))
                #expect(status == 401 || status == 429)
            }
            try await server.expectAnswers()
            // Reading the database needs descriptors for a moment, once a second.
            for _ in 0..<30 {
                #expect(try await server.send(server.request("/readyz")) == 200)
                try await Task.sleep(for: .milliseconds(100))
            }
            try await server.expectAnswers()
            #expect(try server.process.descriptors() <= 1024 - 64)
            for connection in idle { await connection.close() }
            #expect(try await server.process.stop() == 0, "\(server.process.log.suffix(2000))")
        }
    }

    @Test("A request with a valid key gets a response while idle connections arrive faster than they time out", .timeLimit(.minutes(2)))
    func flood() async throws {
        try await FullServer.run { server in
            let flood = Task { [server] in
                while !Task.isCancelled {
                    for connection in try await server.open(200) { await connection.close() }
                }
            }
            for _ in 0..<20 {
                try await server.expectAnswers()
                try await Task.sleep(for: .milliseconds(50))
            }
            flood.cancel()
            try await flood.value
            #expect(try await server.process.stop() == 0)
        }
    }

    @Test("Health checks are served while requests are in progress on every connection", .timeLimit(.minutes(2)))
    func reserve() async throws {
        try await FullServer.run(["--max-connections", "20"]) { server in
            let fields = ["Host: a", "Authorization: \(server.authorization)", "Content-Length: 9000", "", ""]
            let head = (["POST /api/repo/v1/repository/ HTTP/1.1"] + fields).joined(separator: "\r\n")
            var busy: [RawConnection] = []
            // A connection whose head the server has not read yet is idle, and may be evicted.
            while try await server.send(server.request("/v2/", key: server.key)) != 503 {
                busy += try await server.open(1, sending: head)
                try await Task.sleep(for: .milliseconds(10))
                try #require(busy.count < 200)
            }
            let idle = try await server.open(100)
            for _ in 0..<20 { #expect(try await server.send(server.request("/readyz")) == 200) }
            for connection in busy { await connection.close() }
            let end = ContinuousClock.now + .seconds(20)
            while try await server.send(server.request("/v2/", key: server.key)) == 503 { try #require(ContinuousClock.now < end) }
            try await server.expectAnswers()
            for connection in idle { await connection.close() }
            #expect(try await server.process.stop() == 0)
        }
    }

    @Test("The soft limit of file descriptors is raised to the hard limit, so that the default fits")
    func raises() async throws {
        try await LightermanProcess.with(in: try TemporaryDirectory(), ulimit: "-Sn 300") { server in
            #expect(!server.log.contains("file descriptors"), "\(server.log)")
            let line = try String(contentsOfFile: "/proc/\(server.id)/limits", encoding: .utf8).split(separator: "\n")
                .first { $0.hasPrefix("Max open files") }
            let numbers = try #require(line).split(separator: " ").compactMap { Int($0) }
            #expect(numbers.count == 2 && numbers[0] == numbers[1] && numbers[0] > 300)
        }
    }

    @Test("The default number of connections is lowered with one warning")
    func lowers() async throws {
        try await LightermanProcess.with(in: try TemporaryDirectory(), ulimit: "-n 1024") { server in
            let lines = server.log.split(separator: "\n").filter { $0.contains("WARNING") && $0.contains("file descriptors") }
            #expect(lines.count == 1)
            #expect(lines.first?.contains("allows only 595 client connections instead of 1024") == true, "\(server.log)")
        }
    }

    @Test(
        "The server does not start with too many connections for the descriptor limit, or with too low a limit",
        arguments: [
            (1024, ["--max-connections", "1024"], [:], "--max-connections 1024 needs 1220 file descriptors, and the limit is 1024"),
            (1024, [], ["LIGHTERMAN_MAX_CONNECTIONS": "829"], "or lower --max-connections to 828"),
            (200, [], [:], "the limit of 200 file descriptors is too low"),
        ] as [(Int, [String], [String: String], String)])
    func refuses(_ limit: Int, _ arguments: [String], _ environment: [String: String], _ sentence: String) async throws {
        let folder = try TemporaryDirectory()
        let serve = ["serve", "--data", folder.path(of: "data"), "--listen", "127.0.0.1:0"] + arguments
        let result = try await run(
            "sh", ["-c", "ulimit -n \(limit); exec \"$@\"", "sh", Binaries.lighterman] + serve, environment: environment)
        #expect(result.status == 78)
        #expect(result.stdout.isEmpty)
        #expect(result.stderr.contains(sentence), "\(result.stderr)")
        #expect(result.stderr.split(separator: "\n").count == 1)
    }
}

/// A server with 1,024 file descriptors, and connections to it.
private struct FullServer: Sendable {
    let process: LightermanProcess
    let port: Int
    let key: String
    let authorization: String

    /// Nothing, half a head, and a complete request.
    static let beginnings = [
        "", "GET /v2/ HTTP/1.1\r\nHost: a\r\nX-Half: ", "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    /// Whether this process may open as many connections as the tests need.
    static var isPossible: Bool { descriptorLimits.rlim_max >= needed }

    private static let needed: rlim_t = 4096

    private static var descriptorLimits: rlimit {
        var limits = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        return limits
    }

    static func run(_ arguments: [String] = [], _ body: (FullServer) async throws -> Void) async throws {
        var limits = descriptorLimits
        limits.rlim_cur = max(limits.rlim_cur, needed)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
        try await LightermanProcess.with(
            in: try TemporaryDirectory(), ["--log-level", "warning"] + arguments, ulimit: "-n 1024"
        ) { process in
            let environment = try process.administratorEnvironment()
            let key = try #require(environment["DOCKERCLOUD_APIKEY"])
            let port = try #require(process.url.split(separator: ":").last.flatMap { Int($0) })
            try await body(FullServer(process: process, port: port, key: key, authorization: basic(key)))
        }
    }

    private static func basic(_ key: String) -> String { "Basic \(Data("admin:\(key)".utf8).base64EncodedString())" }

    func request(_ path: String, key: String? = nil) -> RawRequest {
        RawRequest("GET", path, key.map { [(name: "Authorization", value: Self.basic($0))] } ?? [])
    }

    /// Opens connections on which only this is sent. The server may have closed some of them again.
    func open(_ count: Int, sending beginning: String = "") async throws -> [RawConnection] {
        var connections: [RawConnection] = []
        for _ in 0..<count {
            let connection = try await RawConnection.open(port: port)
            if !beginning.isEmpty { try? await connection.send(Array(beginning.utf8)) }
            connections.append(connection)
        }
        return connections
    }

    /// Sends a request on a new connection.
    /// - Returns: the status of the response.
    func send(_ request: RawRequest) async throws -> Int {
        let connection = try await RawConnection.open(port: port)
        do {
            let status = try await connection.send(request).status
            await connection.close()
            return status
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Expects responses to a valid key and to health checks, each within a second, or three on a slow machine.
    func expectAnswers() async throws {
        for request in [request("/api/repo/v1/repository/", key: key), request("/v2/", key: key), request("/readyz"), request("/healthz")] {
            let started = ContinuousClock.now
            #expect(try await send(request) == 200)
            #expect(ContinuousClock.now - started < .seconds(3))
        }
    }
}
