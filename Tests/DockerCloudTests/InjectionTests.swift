import AsyncHTTPClient
import DockerCloud
import FakeCloud
import Logging
import NIOCore
import Synchronization
import Testing

@Suite("Injected HTTP clients and loggers")
struct InjectionTests {
    private static let repositories: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        request.target.contains("gone") ? .failure(404, "canary-message") : .ok(Body.repository())
    }

    @Test("Requests use the given HTTP client, which works after the client of the library is gone")
    func sharedClient() async throws {
        try await FakeCloud.run(Self.repositories) { cloud in
            try await withHTTPClient(HTTPClient.Configuration()) { http in
                for name in ["a/b", "a/c"] {
                    let client = try cloud.client(httpClient: http)
                    _ = try await client.repositories.get(name)
                }
                // Fails if the HTTP client was shut down.
                _ = try await http.execute(HTTPClientRequest(url: cloud.url + "/other"), timeout: .seconds(60))
                #expect(cloud.requests.count == 3)
            }
        }
    }

    @Test("A client whose HTTP client was shut down fails")
    func usesGivenClient() async throws {
        try await FakeCloud.run(Self.repositories) { cloud in
            let client = try await withHTTPClient(HTTPClient.Configuration()) { try cloud.client(httpClient: $0) }
            let error = await #expect(throws: DockerCloudError.self) { _ = try await client.repositories.get("a/b") }
            #expect(error?.code == .notReachable)
            #expect(cloud.requests.isEmpty)
        }
    }

    @Test(
        "With an HTTP client that follows redirects, a redirected request fails, and no credential reaches the other server",
        arguments: [301, 302, 303, 307, 308])
    func redirects(status: Int) async throws {
        try await FakeCloud.run(Self.repositories) { elsewhere in
            let location = elsewhere.url + "/api/repo/v1/repository/docker.io/a/b/"
            try await FakeCloud.run { _ in
                .response(status: status, body: "", headers: ["Location": location])
            } _: { cloud in
                var configuration = HTTPClient.Configuration()
                configuration.redirectConfiguration = .follow(max: 5, allowCycles: false)
                try await withHTTPClient(configuration) { http in
                    let repositories = try cloud.client(key: "canary-key", httpClient: http).repositories
                    for send in Self.senders {
                        let error = await #expect(throws: DockerCloudError.self) { try await send(repositories) }
                        #expect(error?.code == .redirected && error?.status == status)
                    }
                }
            }
            for request in elsewhere.requests { #expect(request.headers["authorization"] == nil && request.body.isEmpty) }
        }
    }

    private static let senders: [@Sendable (Repositories) async throws -> Void] = [
        { _ = try await $0.get("a/b") },
        { _ = try await $0.register("a/b", username: "robot", password: "canary-password") },
        { _ = try await $0.update("a/b", username: "robot", password: "canary-password") },
        { try await $0.remove("a/b") },
    ]

    @Test("Each request is logged at debug level with method, path and status, without query and credentials")
    func log() async throws {
        let records = Records()
        try await FakeCloud.run(Self.repositories) { cloud in
            let client = try cloud.client(key: "canary-key", logger: records.logger())
            _ = try await client.repositories.register("a/b", username: "canary-user", password: "canary-password", verify: .push)
            await #expect(throws: DockerCloudError.self) { _ = try await client.repositories.get("a/gone") }
        }
        #expect(
            records.all == [
                ["level": "debug", "method": "POST", "path": "/api/repo/v1/repository/", "status": "200"],
                ["level": "debug", "method": "GET", "path": "/api/repo/v1/repository/docker.io/a/gone/", "status": "404"],
            ])
        #expect(records.messages == ["Docker Cloud request", "Docker Cloud request"])
    }

    @Test("A request without a response is logged with the code of its error")
    func logFailure() async throws {
        let records = Records()
        try await FakeCloud.run { _ in
            .hangUp
        } _: { cloud in
            let client = try cloud.client(logger: records.logger())
            await #expect(throws: DockerCloudError.self) { _ = try await client.repositories.get("a/b") }
        }
        #expect(
            records.all == [["level": "debug", "method": "GET", "path": "/api/repo/v1/repository/docker.io/a/b/", "error": "notReachable"]])
    }

    private func withHTTPClient<Value>(
        _ configuration: HTTPClient.Configuration, _ body: (HTTPClient) async throws -> Value
    ) async throws -> Value {
        let http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
        let result: Result<Value, any Error>
        do { result = .success(try await body(http)) } catch { result = .failure(error) }
        try await http.shutdown()
        return try result.get()
    }
}

/// Log records in memory.
private final class Records: Sendable {
    private let entries = Mutex<[(message: String, metadata: [String: String])]>([])

    var all: [[String: String]] { entries.withLock { $0.map(\.metadata) } }
    var messages: [String] { entries.withLock { $0.map(\.message) } }

    func logger() -> Logger {
        var logger = Logger(label: "tests") { _ in Handler(records: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let records: Records
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            var values = (event.metadata ?? [:]).mapValues(\.description)
            values["level"] = event.level.rawValue
            records.entries.withLock { $0.append((event.message.description, values)) }
        }
    }
}
