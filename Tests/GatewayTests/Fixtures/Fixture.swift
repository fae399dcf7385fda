import Domain
import Foundation
import Naming
import Operations
import PrometheusMetrics
import RegistryClient
import Storage
import TestSupport

/// A registry in this process, and a server with a gateway. By default, `team/image` is registered with the canary as its credential.
struct Fixture {
    let registry: FaultyRegistry
    let server: TestServer

    static let image = "team/image"

    static var behavior: RegistryBehavior {
        var behavior = RegistryBehavior(users: Canary.behavior, repositories: [image])
        behavior.contents = Sample.contents(of: image)
        return behavior
    }

    static func run<Value>(
        _ behavior: RegistryBehavior = Fixture.behavior, speaking speech: FaultyRegistry.Speech = .http,
        gateway: TestGateway = TestGateway(),
        certificate: RegistryCertificate? = nil, trustedProxies: [Network] = [], wrap: (any Store) -> any Store = { $0 },
        _ body: (Fixture) async throws -> Value
    ) async throws -> Value {
        try await FaultyRegistry.run(behavior, speaking: speech) { registry in
            let plain = VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false)
            let backend = try await TestBackend(verifier: StubVerifier { _ in plain }, wrap: wrap)
            return try await TestServer.run(
                on: backend, trustedProxies: trustedProxies, tls: try certificate?.serverContext(), gateway: gateway
            ) { server in
                let fixture = Fixture(registry: registry, server: server)
                try await fixture.register(image, Canary.username, Canary.password)
                return try await body(fixture)
            }
        }
    }

    var backend: TestBackend { server.backend }

    /// `127.0.0.1_5000`, the registry's name at the gateway.
    var host: String { registry.authority.replacing(":", with: "_") }

    func name(_ path: String = Fixture.image) -> String { "\(host)/\(path)" }

    func repositoryName(_ path: String = Fixture.image) throws -> RepositoryName {
        try RepositoryName(parsing: "\(registry.authority)/\(path)")
    }

    func register(
        _ path: String, _ username: String?, _ password: String?, in namespace: String? = nil, by key: APIKeySecret? = nil
    ) async throws {
        _ = try await backend.backend.registerRepository(
            repositoryName(path), with: CredentialInput(username: username.map { Secret($0) }, password: password.map { Secret($0) }),
            in: namespace.map { try NamespaceName(parsing: $0) },
            verify: .unspecified, by: backend.caller(key))
    }

    /// Makes the server use TLS with the registry and trust its certificate.
    func trust(_ certificate: RegistryCertificate) async throws {
        let authorities = try String(contentsOfFile: certificate.authorityPath, encoding: .utf8)
        let trust = RegistryTrust(isApproved: true, certificateAuthorities: authorities)
        let registry = Registry(authority: try RegistryAuthority(parsing: registry.authority), isSSL: true, trust: trust)
        try await backend.decoratedStore.write { try $0.configure(registry) }
    }

    func inspect(_ path: String = Fixture.image) async throws -> Repository {
        try await backend.backend.inspectRepository(repositoryName(path), in: nil, by: backend.caller())
    }

    /// The recorded uses of repositories.
    func uses(_ kind: Action.Kind) async throws -> [Action] {
        try await backend.backend.writeOutcomes()
        let everything = Page(limit: 1000, offset: 0) ?? Page.first
        let actions = try await backend.backend.listActions(in: nil, where: ActionFilter(), page: everything, by: backend.caller())
        return actions.items.filter { $0.kind == kind }
    }

    /// Sends a request for a resource of a repository to the gateway.
    func send(
        _ method: String, _ resource: String, of path: String = Fixture.image, as authorization: Authorization = .administrator,
        _ fields: [(name: String, value: String)] = [], body: [UInt8]? = nil
    ) async throws -> RawResponse {
        try await server.send(server.request(method, "/v2/\(name(path))/\(resource)", as: authorization, fields, body: body))
    }

    /// Waits for a condition, long enough for a busy machine.
    func wait(_ patience: Duration = .seconds(20), until condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + patience
        while try await !condition() {
            guard ContinuousClock.now < end else { throw NeverCame() }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    struct NeverCame: Error {}

    /// The registry's requests without the pings.
    var requestLines: [String] { registry.lines.filter { !$0.hasSuffix(" /v2/") } }
}

extension Fixture {
    /// The value of a counter with these labels; nil if there is no such counter.
    func count(_ name: String, _ labels: String) -> Int? {
        let series = "\(name){\(labels)} "
        return backend.metrics.exposition().split(separator: "\n").first { $0.hasPrefix(series) }.flatMap {
            Int($0.dropFirst(series.count))
        }
    }

    /// The pulled and the pushed bytes.
    var bytes: [Int?] { ["pull", "push"].map { count("lighterman_gateway_bytes_total", "direction=\"\($0)\"") } }
    var sessions: [Int?] { ["pull", "push"].map { count("lighterman_gateway_sessions_total", "use=\"\($0)\"") } }

    /// The upstream errors by reason, without zeros.
    var upstreamErrors: [String: Int] {
        let pattern = /lighterman_gateway_upstream_errors_total\{reason="([a-z]+)"\} ([0-9]+)/
        let counts = backend.metrics.exposition().matches(of: pattern).map { (String($0.1), Int($0.2) ?? -1) }
        return Dictionary(uniqueKeysWithValues: counts).filter { $0.value != 0 }
    }
}

extension Sequence {
    func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
