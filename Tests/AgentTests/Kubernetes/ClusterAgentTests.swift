import Foundation
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Agent

/// The API of a cluster with pods of the test, as its specification describes it.
final class FakeCluster: Sendable {
    struct State {
        var pods: [String] = []
        var version = 100
        var lease: Lease?
        /// The number of pods on a page of a list.
        var pageSize = 500
        /// Whether each page of a list but the first one refers to itself as the next one.
        var repeatsPages = false
        /// The statuses of the next responses, by the beginning of the target, or of the method and the target.
        var failures: [(target: String, status: Int)] = []
        /// Whether requests for the lease get no response.
        var isLeaseSilent = false
    }

    let state = Mutex(State())
    let folder = "/tmp/lighterman-cluster-\(UUID().uuidString.lowercased().prefix(8))"

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, text) in [("token", "first\n"), ("ca.crt", "certificate\n"), ("namespace", "tools")] {
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Replaces a file of the service account.
    func replace(_ name: String, with text: String) throws { try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)")) }

    static func pod(_ name: String, image: String = "registry.local/team/app:v1", version: Int = 1) -> String {
        #"{"metadata":{"name":"\#(name)","namespace":"shop","uid":"\#(name)","resourceVersion":"\#(version)","#
            + #""ownerReferences":[{"kind":"DaemonSet","name":"\#(name)","controller":true}]},"spec":{"containers":[{"name":"a","#
            + #""image":"\#(image)"}]},"status":{"containerStatuses":[{"name":"a","state":{"running":{}}}]}}"#
    }

    static func event(_ type: String, _ object: String) -> String { #"{"type":"\#(type)","object":\#(object)}"# }

    /// - Parameter certificate: that of the API; nil for an API without TLS.
    func run(
        certificate: RegistryCertificate? = nil, pace: Pace = RunningAgent.pace, log: CapturedLog = CapturedLog(),
        _ body: @escaping @Sendable (StreamServer, ReportServer) async throws -> Void
    ) async throws {
        let address = try certificate.map { StreamServer.Address.encrypted(try $0.serverContext()) } ?? .loopback
        try await StreamServer.run(at: address, { self.reply(to: $0) }) { api in
            let variables = ["KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(api.port)"]
            let access =
                certificate == nil
                ? try ClusterAccess(url: api.url, folder: folder) : try ClusterAccess(environment: variables, folder: folder)
            try await RunningAgent.run(.kubernetes(access), pace: pace, log: log) { server, _ in
                try await body(api, server)
                #expect(server.violations == [])
            }
        }
    }

    private func reply(to request: StreamServer.Request) -> StreamServer.Reply {
        state.withLock { state in
            let line = "\(request.method) \(request.target)"
            if let index = state.failures.firstIndex(where: { request.target.hasPrefix($0.target) || line.hasPrefix($0.target) }) {
                return .response(status: state.failures.remove(at: index).status, body: #"{"kind":"Status"}"#)
            }
            if request.target.hasPrefix("/api/v1/pods?watch=1&") { return .stream([]) }
            if request.target.hasPrefix("/api/v1/pods?") { return .ok(Self.page(of: state, request.target)) }
            guard request.target.hasPrefix("/apis/coordination.k8s.io/v1/namespaces/tools/leases") else {
                return .response(status: 404, body: "{}")
            }
            return state.isLeaseSilent ? .silence : Self.lease(&state, request)
        }
    }

    private static func page(of state: State, _ target: String) -> String {
        let start = target.split(separator: "&continue=").dropFirst().first.flatMap { Int($0) } ?? 0
        let end = min(start + state.pageSize, state.pods.count)
        let next = state.repeatsPages && start > 0 ? "\(start)" : end < state.pods.count ? "\(end)" : ""
        return #"{"kind":"PodList","metadata":{"resourceVersion":"\#(state.version)","continue":"\#(next)"},"items":"#
            + "[\(state.pods[start..<end].joined(separator: ","))]}"
    }

    private static func lease(_ state: inout State, _ request: StreamServer.Request) -> StreamServer.Reply {
        if request.method == "GET" {
            guard let lease = state.lease, let json = try? JSONEncoder().encode(lease) else { return .response(status: 404, body: "{}") }
            return .ok(String(decoding: json, as: UTF8.self))
        }
        guard var lease = try? JSONDecoder().decode(Lease.self, from: Data(request.body.utf8)), lease.kind == "Lease",
            lease.metadata.resourceVersion == state.lease?.metadata.resourceVersion, (request.method == "POST") == (state.lease == nil)
        else { return .response(status: 409, body: "{}") }
        lease.metadata.resourceVersion = "\((lease.metadata.resourceVersion.flatMap { Int($0) } ?? 0) + 1)"
        state.lease = lease
        return .ok(request.body)
    }
}

@Suite("An agent in a cluster", .timeLimit(.minutes(2)))
struct ClusterAgentTests {
    private func run(_ body: @escaping @Sendable (FakeCluster, StreamServer, ReportServer) async throws -> Void) async throws {
        let cluster = try FakeCluster()
        cluster.state.withLock { $0.pods = [FakeCluster.pod("a")] }
        try await cluster.run { api, server in
            try await server.wait("the first report") { $0.map(\.name) == ["daemonset/a"] }
            try await wait { api.openStreams == 1 }
            try await body(cluster, api, server)
        }
    }

    @Test("Changes of a watch are reported; the watch begins at the version of the list")
    func changes() async throws {
        try await run { _, api, server in
            #expect(server.reports.first?.engine == .kubernetes)
            #expect(api.requests.contains { $0.target.hasPrefix("/api/v1/pods?watch=1&") && $0.target.hasSuffix("resourceVersion=100") })
            api.send(FakeCluster.event("ADDED", FakeCluster.pod("b", image: "registry.local/team/b:v1", version: 101)))
            try await server.wait("the new pod") { $0.map(\.imageName) == ["registry.local/team/app:v1", "registry.local/team/b:v1"] }
            api.send(FakeCluster.event("DELETED", FakeCluster.pod("a", version: 102)))
            try await server.wait("the deleted pod") { $0.map(\.name) == ["daemonset/b"] }
            #expect(api.lines.count { $0.hasPrefix("GET /api/v1/pods?limit") } == 1)
        }
    }

    @Test("A list comes in pages")
    func pages() async throws {
        let cluster = try FakeCluster()
        cluster.state.withLock {
            $0.pods = (1...7).map { FakeCluster.pod("p\($0)") }
            $0.pageSize = 3
        }
        try await cluster.run { api, server in
            try await server.wait("all pods") { $0.count == 7 }
            #expect(api.lines.count { $0.hasPrefix("GET /api/v1/pods?limit") } == 3)
        }
    }

    @Test("A list that repeats a page is not reported")
    func repeatedPage() async throws {
        let cluster = try FakeCluster()
        cluster.state.withLock {
            $0.pods = (1...7).map { FakeCluster.pod("p\($0)") }
            $0.pageSize = 3
            $0.repeatsPages = true
        }
        try await cluster.run { api, server in
            try await wait { api.lines.count { $0.hasPrefix("GET /api/v1/pods?limit") } > 4 }
            #expect(server.reports.isEmpty)
            cluster.state.withLock { $0.repeatsPages = false }
            try await server.wait("all pods") { $0.count == 7 }
        }
    }

    @Test("A watch that ends continues at the version of the last bookmark")
    func bookmark() async throws {
        try await run { _, api, server in
            api.send(FakeCluster.event("BOOKMARK", #"{"kind":"Pod","metadata":{"resourceVersion":"250"}}"#))
            try await Task.sleep(for: .milliseconds(100))
            api.endStreams()
            try await wait { api.lines.contains { $0.hasSuffix("resourceVersion=250") } }
            try await wait { api.openStreams == 1 }
            api.send(FakeCluster.event("ADDED", FakeCluster.pod("b", version: 251)))
            try await server.wait("the new pod") { $0.count == 2 }
            #expect(api.lines.count { $0.hasPrefix("GET /api/v1/pods?limit") } == 1)
        }
    }

    @Test("A lost connection is followed by a new list")
    func disconnect() async throws {
        try await run { cluster, api, server in
            cluster.state.withLock { $0.pods = [FakeCluster.pod("b")] }
            await api.cutStreams()
            try await server.wait("the new list") { $0.map(\.name) == ["daemonset/b"] }
        }
    }

    @Test("Expired changes are followed by a new list, as an event and as a response", arguments: [true, false])
    func expired(asEvent: Bool) async throws {
        try await run { cluster, api, server in
            cluster.state.withLock {
                $0.pods = [FakeCluster.pod("b")]
                $0.version = 500
                if !asEvent { $0.failures = [("/api/v1/pods?watch", 410)] }
            }
            if asEvent {
                api.send(#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}"#)
            } else {
                api.endStreams()
            }
            try await server.wait("the new list") { $0.map(\.name) == ["daemonset/b"] }
            try await wait { api.lines.contains { $0.hasSuffix("resourceVersion=500") } }
        }
    }

    @Test("A cluster whose changes always expire is listed less and less often")
    func expires() async throws {
        let cluster = try FakeCluster()
        cluster.state.withLock { $0.failures = (0..<1000).map { _ in ("/api/v1/pods?watch", 410) } }
        try await cluster.run(pace: Self.patient) { api, server in
            try await server.wait("an empty cluster", where: \.isEmpty)
            try await Task.sleep(for: .seconds(1))
            #expect(api.lines.count { $0.hasPrefix("GET /api/v1/pods?limit") } <= 9)
        }
    }

    @Test("A token that was replaced is read again")
    func token() async throws {
        try await run { cluster, api, _ in
            #expect(api.requests.allSatisfy { $0.headers["authorization"] == "Bearer first" })
            try cluster.replace("token", with: "second\n")
            await api.cutStreams()
            try await wait { api.requests.last?.headers["authorization"] == "Bearer second" }
        }
    }

    @Test(
        "The API is trusted by the authority of the service account, and by no other",
        .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"), arguments: [true, false])
    func authority(isOwn: Bool) async throws {
        try await TemporaryDirectory.with { folder in
            let certificate = try await RegistryCertificate.signed(in: folder)
            let cluster = try FakeCluster()
            let authority = try String(contentsOfFile: certificate.authorityPath, encoding: .utf8)
            try cluster.replace("ca.crt", with: isOwn ? authority : SamplePEM.authority)
            try await cluster.run(certificate: certificate) { api, server in
                guard isOwn else {
                    try await Task.sleep(for: .seconds(1))
                    #expect(api.requests.isEmpty && server.reports.isEmpty)
                    return
                }
                try await server.wait("an empty cluster", where: \.isEmpty)
            }
        }
    }

    @Test("While the API refuses the agent, nothing is reported", arguments: ["/api/v1/pods", "/apis/coordination"])
    func refused(_ target: String) async throws {
        let cluster = try FakeCluster()
        cluster.state.withLock { $0.failures = (0..<5).map { _ in (target, 403) } }
        try await cluster.run { api, server in
            try await wait { cluster.state.withLock { $0.failures.isEmpty } }
            #expect(server.reports.isEmpty || target.hasPrefix("/api/v1"))
            try await server.wait("an empty cluster", where: \.isEmpty)
        }
    }

    /// A pace with pauses between attempts that double from 20 ms up to 15 s: at most 8 in a second.
    private static var patient: Pace {
        var pace = RunningAgent.pace
        pace.engineBackoff = Backoff(first: .milliseconds(20), longest: .seconds(15))
        return pace
    }

    @Test(
        "Pods that cannot be listed, watched or reported are tried less and less often",
        arguments: ["limit", "watch", "10,001 services"])
    func failing(_ reason: String) async throws {
        let cluster = try FakeCluster()
        if reason == "10,001 services" {
            cluster.state.withLock {
                $0.pods = (0...10_000).map { FakeCluster.pod("p\($0)") }
                $0.pageSize = 20_000
            }
        } else {
            cluster.state.withLock { $0.failures = (0..<1000).map { _ in ("/api/v1/pods?\(reason)", 403) } }
        }
        let log = CapturedLog()
        try await cluster.run(pace: Self.patient, log: log) { api, _ in
            try await wait { log.text.contains("warning") }
            try await Task.sleep(for: .seconds(1))
            #expect(api.lines.count { $0.hasPrefix("PUT /apis/coordination") } <= 8)
        }
        #expect(!log.text.contains("the cluster is watched"))
        #expect(log.lines.count { $0.hasPrefix("warning") } == 1)
    }

    @Test("The holder of the lease renews it after another change to it", arguments: ["PUT", "POST"])
    func conflict(_ method: String) async throws {
        let cluster = try FakeCluster()
        let isNew = method == "POST"
        cluster.state.withLock { if isNew { $0.failures = [("POST /apis/coordination", 409)] } }
        let log = CapturedLog()
        try await cluster.run(log: log) { api, server in
            try await server.wait(upTo: .seconds(3), "the first report", where: \.isEmpty)
            guard !isNew else { return }
            cluster.state.withLock { $0.failures = [("PUT /apis/coordination", 409), ("PUT /apis/coordination", 409)] }
            try await wait { cluster.state.withLock { $0.failures.isEmpty } }
            try await Task.sleep(for: .seconds(1))
            #expect(api.lines.count { $0.hasPrefix("GET /api/v1/pods?limit") } == 1)
        }
        #expect(log.lines.allSatisfy { !$0.hasPrefix("warning") && !$0.contains("waiting") })
    }

    @Test("An agent that acquires the lease again after another one reported is accepted")
    func failback() async throws {
        try await run { cluster, api, server in
            cluster.state.withLock { state in
                state.lease?.spec?.holderIdentity = "other"
                state.lease?.spec?.leaseDurationSeconds = 1
                state.lease?.metadata.resourceVersion = "1000"
                state.pods = [FakeCluster.pod("b")]
            }
            server.storeOther()
            let count = server.reports.count
            try await server.wait("the report of the new term") { $0.map(\.name) == ["daemonset/b"] }
            let reports = server.reports
            let first = try #require(reports.dropFirst(count).first { $0.process != reports.first?.process })
            #expect(first.sequence == 1 && first.services != nil)
        }
    }

    @Test("An agent that cannot renew its lease stops reporting before the lease ends")
    func lost() async throws {
        try await run { cluster, api, server in
            func requests() -> Int { api.lines.count { $0.hasPrefix("GET /apis/coordination") } }
            let earlier = requests()
            cluster.state.withLock { $0.isLeaseSilent = true }
            let start = ContinuousClock.now
            // The renewal that fails, and the first request after it.
            try await wait { requests() >= earlier + 2 }
            try await Task.sleep(for: .seconds(1))
            #expect(ContinuousClock.now - start < LeaseElection.duration)
            let count = server.reports.count
            try await Task.sleep(for: .seconds(1))
            #expect(server.reports.count == count)
        }
    }

    @Test("While another agent holds the lease, nothing is reported and no pod is read")
    func follower() async throws {
        let cluster = try FakeCluster()
        cluster.state.withLock {
            $0.lease = Lease(
                metadata: .init(name: "lighterman-agent", namespace: "tools", resourceVersion: "1"),
                spec: .init(holderIdentity: "other", leaseDurationSeconds: 2))
        }
        try await cluster.run { api, server in
            try await Task.sleep(for: .seconds(1))
            #expect(server.reports.isEmpty)
            #expect(!api.lines.contains { $0.contains("/pods") })
            // The other agent does not renew its lease.
            try await server.wait("the report of this agent", where: \.isEmpty)
            #expect(cluster.state.withLock { $0.lease?.spec?.leaseTransitions } == 1)
        }
    }
}
