import Domain
import Foundation
import NIOCore
import Naming
import Operations
import PrometheusMetrics
import RegistryClient
import Storage
import StorageSQLite
import TestSupport
import Testing

@testable import Server

/// A webhook on a deployment in this process, with a receiver that behaves as the test demands.
struct WebhookScene: Sendable {
    let backend: TestBackend
    let receiver: FaultyRegistry
    let log: CapturedLog

    static let secret = "0123456789abcdef0123456789abcdef"
    static let path = "/hook"

    /// - Parameters:
    ///   - allowances: nil to allow the receiver.
    ///   - delays: the times between the attempts, in milliseconds.
    static func run(
        on given: TestBackend? = nil, allowing allowances: [String]? = nil, limit: Int64 = 5000, delays: [Int64] = [50, 50],
        pause: Int64 = 20, _ body: (WebhookScene) async throws -> Void
    ) async throws {
        let backend = if let given { given } else { try await TestBackend() }
        try await FaultyRegistry.run { receiver in
            receiver.set(.answer(status: 204), for: "POST", Self.path)
            let allowed = (allowances ?? [receiver.authority]).compactMap(Allowance.init)
            let transport = AsyncHTTPClientTransport(policy: AddressPolicy(allowing: allowed))
            let log = CapturedLog()
            let webhook = Webhook(
                backend: backend.backend, logger: log.logger(),
                sender: DocumentSender(
                    to: try RegistryURL(resolving: "http://\(receiver.authority)\(path)?key=hidden"), through: transport),
                signature: WebhookSignature(secret: Secret(secret)), counters: WebhookCounters(backend.metrics),
                pause: .milliseconds(pause), limit: .milliseconds(limit), delays: delays.map { .milliseconds($0) })
            let result: Result<Void, any Error>
            do {
                try await running(webhook) {
                    let scene = WebhookScene(backend: backend, receiver: receiver, log: log)
                    try await body(scene)
                }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            try await transport.shutdown()
            try result.get()
        }
    }

    /// The received events.
    var events: [Received] { receiver.requests.filter { $0.method == "POST" }.compactMap(Received.init) }

    struct Received: Sendable {
        let request: RegistryRecord
        let body: Body

        struct Body: Decodable, Sendable {
            struct RepositoryPart: Decodable, Hashable, Sendable {
                let name: String
                let namespace: String
                let resource_uri: String
                let state: String
                let state_reason: String
            }

            struct KeyPart: Decodable, Hashable, Sendable {
                let account: String
                let days: Int
                let expires: String
                let id: String
                let label: String
            }

            let id: String
            let type: String
            let created: String
            let repository: RepositoryPart?
            let apikey: KeyPart?
        }

        init?(_ request: RegistryRecord) {
            guard let body = try? JSONDecoder().decode(Body.self, from: Data(request.body)) else { return nil }
            self.request = request
            self.body = body
        }
    }

    /// Waits for a condition, long enough for a busy machine.
    func wait(until condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while try await !condition() {
            try #require(ContinuousClock.now < end, "\(log.text)")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Waits until the webhook follows changes: it does not report earlier ones.
    func started() async throws {
        let name = "registry.example/start"
        try await backend.register(name)
        try await wait {
            try await set(.verified, on: name)
            try await set(.rejected, on: name)
            try await Task.sleep(for: .milliseconds(50))
            return events.contains { $0.body.repository?.name == name }
        }
    }

    func set(_ state: Verification.State, on name: String, because reason: String? = nil) async throws {
        let (name, namespace) = (try RepositoryName(parsing: name), try NamespaceName(parsing: "admin"))
        try await backend.store.write { writer in
            guard var repository = try writer.repository(name, in: namespace) else { return }
            (repository.verification.state, repository.verification.reason) = (state, reason)
            try writer.update(repository)
        }
    }

    /// The events about a repository.
    func events(about name: String) -> [Received] { events.filter { $0.body.repository?.name == name } }

    /// The values of the metric of events: delivered and dropped.
    var counts: [Int?] {
        let lines = backend.metrics.exposition().split(separator: "\n")
        return ["delivered", "dropped"].map { result in
            let series = "lighterman_webhook_events_total{result=\"\(result)\"} "
            return lines.first { $0.hasPrefix(series) }.flatMap { Int($0.dropFirst(series.count)) }
        }
    }
}
