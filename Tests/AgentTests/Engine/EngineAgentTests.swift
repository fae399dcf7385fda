import FakeCloud
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Agent

@Suite("An agent beside an engine", .timeLimit(.minutes(2)))
struct EngineAgentTests {
    /// Runs an agent beside an engine with one container, after its first report.
    private static func run(
        pace: Pace = RunningAgent.pace,
        _ body: @escaping @Sendable (FakeEngine, StreamServer, ReportServer, FakeCloud) async throws -> Void
    ) async throws {
        let engine = FakeEngine()
        engine.set(FakeEngine.container("web"))
        try await engine.run { api in
            try await RunningAgent.run(.engine(try EngineAddress(parsing: "unix://\(engine.path)")), pace: pace) { server, cloud in
                try await server.wait("the first report") { $0.count == 1 }
                try await body(engine, api, server, cloud)
                #expect(server.violations == [])
                #expect(api.requests.allSatisfy { $0.method == "GET" })
            }
        }
    }

    /// A pace without looks and reports between events.
    private static var slow: Pace {
        var pace = RunningAgent.pace
        pace.look = .seconds(600)
        pace.swarmLook = .seconds(600)
        pace.heartbeat = .seconds(600)
        pace.freshness = .seconds(600)
        return pace
    }

    @Test("The first report contains everything; the key is sent to the server only")
    func first() async throws {
        try await Self.run(pace: Self.slow) { _, api, server, cloud in
            let report = try #require(server.reports.first)
            #expect(report.engine == .docker)
            #expect(report.sequence == 1)
            #expect(report.services?.map(\.name) == ["web"])
            #expect(cloud.requests.first?.headers["authorization"] == "Basic YWNtZSthZ2VudDpsbV9rZXk=")
            #expect(!api.requests.contains { $0.headers["authorization"] != nil })
        }
    }

    @Test("An event is followed by a report of the change")
    func change() async throws {
        try await Self.run(pace: Self.slow) { engine, api, server, _ in
            try await wait { api.openStreams == 1 }
            engine.set(FakeEngine.container("web"), FakeEngine.container("db", image: "registry.local/team/db:v1", state: "exited"))
            api.send(FakeEngine.event)
            try await server.wait("the new container") { $0.map(\.name) == ["db", "web"] }
            engine.set()
            api.send(FakeEngine.event)
            try await server.wait("no container", where: \.isEmpty)
        }
    }

    @Test("An engine whose list changes after the event is looked at again")
    func late() async throws {
        try await Self.run(pace: Self.slow) { engine, api, server, _ in
            try await wait { api.openStreams == 1 }
            let looks = api.lines.count { $0.hasPrefix("GET /containers") }
            api.send(FakeEngine.event)
            try await wait { api.lines.count { $0.hasPrefix("GET /containers") } > looks + 1 }
            engine.set()
            try await server.wait("no container", where: \.isEmpty)
        }
    }

    @Test("A burst of events causes a few looks, not one for each")
    func burst() async throws {
        var pace = Self.slow
        pace.quiet = .milliseconds(100)
        pace.longestQuiet = .milliseconds(400)
        try await Self.run(pace: pace) { engine, api, server, _ in
            try await wait { api.openStreams == 1 }
            engine.set(FakeEngine.container("web"), FakeEngine.container("db"))
            for _ in 0..<500 { api.send(FakeEngine.event) }
            try await server.wait("the new container") { $0.count == 2 }
            try await Task.sleep(for: .milliseconds(300))
            #expect(api.lines.count { $0.hasPrefix("GET /containers") } < 8)
        }
    }

    @Test("Without events, changes are found by the looks in between, and unchanged services are reported by their hash")
    func interval() async throws {
        try await Self.run { engine, _, server, _ in
            try await server.waitForReports(3)
            #expect(server.reports.dropFirst().allSatisfy { $0.services == nil })
            engine.set()
            try await server.wait("no container", where: \.isEmpty)
        }
    }

    @Test("A server that lost the report gets the services again")
    func forgotten() async throws {
        try await Self.run { _, _, server, _ in
            server.forget()
            try await server.wait("the services again") { $0.map(\.name) == ["web"] }
        }
    }

    @Test(
        "An engine that cannot be read is not reported, and is when it is back",
        arguments: ["/containers", "/version", "/images"], [500, 503])
    func unreadable(_ target: String, _ status: Int) async throws {
        try await Self.run { engine, api, server, _ in
            engine.replace(target, with: .response(status: status, body: "{}"))
            await api.cutStreams()
            try await wait { api.lines.suffix(3).contains { $0.hasPrefix("GET \(target)") } }
            try await Task.sleep(for: .milliseconds(100))
            let count = server.reports.count
            try await Task.sleep(for: .milliseconds(700))
            #expect(server.reports.count == count)
            #expect(server.services?.map(\.name) == ["web"])
            engine.set()
            engine.replace(target, with: nil)
            try await server.wait("no container", where: \.isEmpty)
        }
    }

    @Test("An engine that restarts is watched again")
    func restarts() async throws {
        let engine = FakeEngine()
        engine.set(FakeEngine.container("web"))
        try await RunningAgent.run(.engine(try EngineAddress(parsing: "unix://\(engine.path)"))) { server, _ in
            try await engine.run { _ in _ = try await server.wait("the first report") { $0.count == 1 } }
            try await Task.sleep(for: .milliseconds(200))
            let count = server.reports.count
            try await Task.sleep(for: .milliseconds(500))
            #expect(server.reports.count == count)
            engine.set()
            try await engine.run { _ in _ = try await server.wait("no container", where: \.isEmpty) }
        }
    }

    @Test(
        "A failing server gets the services when it is back, in their latest state",
        arguments: [
            FakeCloud.Reply.failure(503, "later"), .failure(500, "broken"), .failure(401, "no key"), .failure(429, "slower"), .hangUp,
            .failure(409, "taken", code: ErrorBody.agentNameTaken), .failure(409, "replaced", code: ErrorBody.reportOutdated),
            .failure(404, "no such path"), .ok("[]"),
        ])
    func serverFails(_ reply: FakeCloud.Reply) async throws {
        try await Self.run { engine, _, server, _ in
            server.fail(with: reply)
            engine.set()
            try await server.waitForReports(server.reports.count + 2)
            #expect(server.services?.map(\.name) == ["web"])
            server.fail(with: nil)
            try await server.wait("no container", where: \.isEmpty)
        }
    }

    @Test(
        "A response that is not Docker's is not reported, and the agent goes on",
        arguments: [
            "", "{}", "null", "[1]", #"[{"Id":1}]"#, "[", String(repeating: "[", count: 200_000), "\u{FF}\u{0}",
            #"[{"Id":"a","Labels":"#,
        ])
    func hostile(_ body: String) async throws {
        try await Self.run { engine, _, server, _ in
            engine.replace("/containers", with: .ok(body))
            try await Task.sleep(for: .milliseconds(700))
            #expect(server.services?.map(\.name) == ["web"])
            engine.set()
            engine.replace("/containers", with: nil)
            try await server.wait("no container", where: \.isEmpty)
        }
    }

    @Test("A response without an end is cut off, and is not reported")
    func endless() async throws {
        try await Self.run { engine, api, server, _ in
            engine.replace("/info", with: .ok(#"{"ID":"\#(String(repeating: "a", count: 5 << 20))"}"#))
            try await wait { api.lines.count { $0 == "GET /info" } > 5 }
            let count = server.reports.count
            try await Task.sleep(for: .milliseconds(500))
            #expect(server.reports.count <= count + 1)
            engine.set()
            engine.replace("/info", with: nil)
            try await server.wait("no container", where: \.isEmpty)
        }
    }

    @Test("An image ID is resolved once, and again after an event of an image")
    func images() async throws {
        try await Self.run(pace: Self.slow) { engine, api, server, _ in
            try await wait { api.openStreams == 1 }
            engine.state.withLock { $0.images["sha256:1"] = #"{"RepoTags":["registry.local/team/named:v1"],"RepoDigests":null}"# }
            engine.set(FakeEngine.container("web", image: "sha256:1"))
            api.send(FakeEngine.event)
            try await server.wait("no name", where: \.isEmpty)
            api.send(#"{"Type":"image","Action":"tag"}"#)
            try await server.wait("the name") { $0.map(\.imageName) == ["registry.local/team/named:v1"] }
            let count = api.lines.count { $0.hasPrefix("GET /images/") }
            engine.set()
            api.send(FakeEngine.event)
            try await server.wait("no container", where: \.isEmpty)
            #expect(api.lines.count { $0.hasPrefix("GET /images/") } == count)
        }
    }

    private static func startSwarm(_ engine: FakeEngine, _ server: ReportServer) async throws {
        engine.state.withLock {
            $0.swarmState = "active"
            $0.services =
                #"[{"ID":"5s86","UpdatedAt":"2026-11-30T09:20:05.403518806Z","Spec":{"Name":"ferry","Labels":{},"#
                + #""TaskTemplate":{"ContainerSpec":{"Image":"registry.local/team/app:v1"}},"Mode":{"Replicated":{"Replicas":1}}}}]"#
            $0.tasks = #"[{"ServiceID":"5s86","Spec":{"ContainerSpec":{}},"Status":{"State":"running"}}]"#
        }
        try await server.wait("the service") { services in
            services.contains { $0.name == "ferry" && $0.kind == .swarm && $0.targetNumContainers == 1 && $0.state == .running }
        }
    }

    @Test("The services of a Swarm's manager are reported")
    func swarm() async throws {
        try await Self.run { engine, _, server, _ in try await Self.startSwarm(engine, server) }
    }

    @Test("A Swarm that is not ready is not reported, and is when it is", arguments: ["pending", "error", "locked"])
    func swarmNotReady(_ state: String) async throws {
        try await Self.run { engine, _, server, _ in
            try await Self.startSwarm(engine, server)
            let services = engine.state.withLock { engine in
                defer { (engine.services, engine.swarmState) = (nil, state) }
                return engine.services
            }
            try await Task.sleep(for: .milliseconds(700))
            #expect(server.services?.map(\.name).sorted() == ["ferry", "web"])
            engine.state.withLock { ($0.services, $0.swarmState, $0.containers) = (services, "active", []) }
            try await server.wait("the service alone") { $0.map(\.name) == ["ferry"] }
        }
    }

    @Test("A manager that does not serve its services is not reported as a worker", arguments: ["/services", "/tasks"])
    func withoutLeader(_ target: String) async throws {
        try await Self.run { engine, _, server, _ in
            try await Self.startSwarm(engine, server)
            engine.replace(target, with: .response(status: 503, body: "{}"))
            try await Task.sleep(for: .milliseconds(700))
            #expect(server.services?.map(\.name).sorted() == ["ferry", "web"])
            engine.set()
            engine.replace(target, with: nil)
            try await server.wait("the service alone") { $0.map(\.name) == ["ferry"] }
        }
    }

    @Test("A node that leaves its Swarm is reported without the Swarm's services", arguments: ["active", "inactive"])
    func leaves(_ state: String) async throws {
        try await Self.run { engine, _, server, _ in
            try await Self.startSwarm(engine, server)
            engine.state.withLock { ($0.services, $0.swarmState) = (nil, state) }
            try await server.wait("the container alone") { $0.map(\.name) == ["web"] }
        }
    }

    @Test("An engine whose events or services cannot be read is tried less and less often", arguments: ["events", "10,001 services"])
    func failing(_ reason: String) async throws {
        let engine = FakeEngine()
        if reason == "events" {
            engine.replace("/events", with: .response(status: 500, body: "{}"))
        } else {
            engine.state.withLock { $0.containers = (0...10_000).map { FakeEngine.container("c\($0)") } }
        }
        let log = CapturedLog()
        var pace = RunningAgent.pace
        pace.engineBackoff = Backoff(first: .milliseconds(20), longest: .seconds(15))
        try await engine.run { [pace] api in
            try await RunningAgent.run(.engine(try EngineAddress(parsing: "unix://\(engine.path)")), pace: pace, log: log) { _, _ in
                try await wait { log.text.contains("warning") }
                try await Task.sleep(for: .seconds(1))
                #expect(api.lines.count { $0 == "GET /version" } <= 8)
            }
        }
        #expect(!log.text.contains("the engine is watched"))
        #expect(log.lines.count { $0.hasPrefix("warning") } == 1)
    }
}

/// Waits for a condition.
func wait(upTo limit: Duration = .seconds(20), for condition: () -> Bool) async throws {
    let end = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("the condition did not become true")
            throw CancellationError()
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
