import NIOHTTP1
import PrometheusMetrics
import TestSupport
import Testing

@Suite("Metrics of the durations of requests")
struct DurationTests {
    private static let blob = "blobs/\(Sample.blobDigest)"

    @Test("Requests are measured by interface and class of the status, whether they are valid or not")
    func requests() async throws {
        try await Fixture.run { fixture async throws in
            #expect(fixture.requests == [:])
            for (method, target, status) in [
                ("GET", "/api/repo/v1/repository/", 200), ("GET", "/api/repo/v1/repository/none/", 404),
                ("GET", "/api/repo/v1//repository/", 400), ("GET", "/v2/", 200), ("GET", "/v2/\(fixture.name())/\(Self.blob)", 200),
                ("GET", "/healthz", 200), ("POST", "/healthz", 405), ("GET", "/nothing", 404),
            ] {
                #expect(try await fixture.server.send(method, target).status == status, "\(target)")
            }
            #expect(try await fixture.server.send("GET", "/v2/", as: .nobody).status == 401)
            #expect(
                fixture.requests == [
                    "api 2xx": 1, "api 4xx": 2, "gateway 2xx": 2, "gateway 4xx": 1, "health 2xx": 1, "health 4xx": 1, "other 4xx": 1,
                ])
        }
    }

    @Test("A request that waits for the registry is counted in the bucket of its duration, with the request to the registry")
    func slow() async throws {
        try await Fixture.run { fixture async throws in
            fixture.registry.set(
                .late(milliseconds: 600, .answer(status: 200, body: Sample.blob)), for: "GET", "/v2/team/image/\(Self.blob)")
            #expect(try await fixture.send("GET", Self.blob).status == 200)
            for name in ["lighterman_http_request_duration_seconds", "lighterman_upstream_request_duration_seconds"] {
                let labels = name.contains("http") ? #"interface="gateway",status="2xx""# : #"status="2xx""#
                let below = fixture.count("\(name)_bucket", #"\#(labels),le="0.5""#)
                let all = fixture.count("\(name)_bucket", #"\#(labels),le="+Inf""#)
                #expect(try #require(all) - #require(below) == 1, "\(name)")
            }
        }
    }

    @Test("Requests to registries are measured by their responses, without uploads")
    func upstream() async throws {
        try await Fixture.run { fixture async throws in
            fixture.registry.set(.answer(status: 404), for: "GET", "/v2/team/image/manifests/none")
            fixture.registry.set(.answer(status: 503), for: "GET", "/v2/team/image/\(Self.blob)")
            fixture.registry.set(.hangUp, for: "GET", "/v2/team/image/tags/list")
            #expect(try await fixture.send("GET", "manifests/none").status == 404)
            #expect(try await fixture.send("GET", Self.blob).status == 502)
            #expect(try await fixture.send("GET", "tags/list").status == 502)
            let before = fixture.upstream
            #expect(before["4xx"] ?? 0 >= 1 && before["5xx"] ?? 0 >= 1 && before["none"] ?? 0 >= 1, "\(before)")
            let lines = fixture.registry.lines.count
            #expect(before.values.reduce(0, +) == lines, "\(before) \(fixture.registry.lines)")
            let upload = "/v2/team/image/blobs/uploads/1"
            fixture.registry.set(.answer(status: 202, headers: ["Location": "\(upload)"]), for: "PATCH", upload)
            fixture.registry.set(.answer(status: 201), for: "PUT", upload)
            #expect(try await fixture.push() == [202, 202, 201])
            // The POST is measured; PATCH is an upload, and PUT without a body is not.
            let sent = fixture.registry.lines.dropFirst(lines).filter { !$0.hasPrefix("PATCH") }
            #expect(fixture.upstream.values.reduce(0, +) == lines + sent.count, "\(fixture.upstream) \(sent)")
        }
    }
}

extension Fixture {
    /// The numbers of requests by interface and class of the status, without zeros.
    fileprivate var requests: [String: Int] {
        let pattern = /lighterman_http_request_duration_seconds_count\{interface="([a-z]+)",status="(...)"\} ([0-9]+)/
        let counts = backend.metrics.exposition().matches(of: pattern).map { ("\($0.1) \($0.2)", Int($0.3) ?? -1) }
        return Dictionary(uniqueKeysWithValues: counts).filter { $0.value != 0 }
    }

    /// The numbers of requests to registries by class of the status, without zeros.
    fileprivate var upstream: [String: Int] {
        let pattern = /lighterman_upstream_request_duration_seconds_count\{status="([a-z0-9]+)"\} ([0-9]+)/
        let counts = backend.metrics.exposition().matches(of: pattern).map { (String($0.1), Int($0.2) ?? -1) }
        return Dictionary(uniqueKeysWithValues: counts).filter { $0.value != 0 }
    }
}
