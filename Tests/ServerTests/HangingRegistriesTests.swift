import Domain
import Logging
import NIOCore
import Naming
import RegistryClient
import Storage
import StorageSQLite
import TestSupport
import Testing

@testable import Server

@Suite("Background verification with hanging registries", .serialized)
struct HangingRegistriesTests {
    @Test("If 5 of 20 registries hang, all repositories on the other 15 are verified", .timeLimit(.minutes(2)))
    func manyRepositories() async throws {
        let authorities = (0..<20).map { "registry-\($0).example" }
        let backend = try await due(on: authorities, each: 25)
        let hanging = try Set(authorities.prefix(5).map(RegistryAuthority.init(parsing:)))
        backend.verifier.answer { question in
            if hanging.contains(question.name.authority) { try? await Task.sleep(for: .seconds(3600)) }
            return StubVerifier.accepting
        }
        try await running(BackgroundVerifier(backend: backend.backend, logger: quiet)) {
            try await backend.verified(15 * 25)
        }
        let asked = backend.verifier.requests.filter { hanging.contains($0.name.authority) }
        #expect(asked.count == hanging.count, "each is asked about one repository until it responds")
    }

    @Test("A hanging registry does not delay repositories of others that become due later, however many it has", .timeLimit(.minutes(2)))
    func fullBatch() async throws {
        let backend = try await due(on: ["hanging.example"], each: 30)
        backend.verifier.answer { question in
            if question.name.authority.host == "hanging.example" { try? await Task.sleep(for: .seconds(3600)) }
            return StubVerifier.accepting
        }
        try await running(BackgroundVerifier(backend: backend.backend, logger: quiet, pause: .milliseconds(20), batch: 10)) {
            while backend.verifier.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            try await backend.register("other.example/image")
            backend.clock.advance(by: 7 * 60 * 60)
            try await backend.verified(1)
        }
    }

    @Test("Concurrent requests to hanging registries are also limited per registry in the real client", .timeLimit(.minutes(2)))
    func client() async throws {
        let allowance = try #require(Allowance("127.0.0.0/8"))
        let transport = AsyncHTTPClientTransport(policy: AddressPolicy(allowing: [allowance]))
        defer { Task { try await transport.shutdown() } }
        // Shorter than the client's timeout for responses: a request that waits behind a hanging registry would be too late.
        let verifier = Verifier(transport: transport, timeLimit: .seconds(8))
        try await withRegistries(6) { registries in
            for registry in registries.prefix(3) { registry.set(.hang, for: "GET", "/v2/") }
            let backend = try await due(on: registries.map(\.authority), each: 10)
            try await backend.acceptCredentials()
            backend.verifier.answer {
                await verifier.verify(
                    $0.name, with: $0.credential, depth: $0.depth, registry: $0.registry, for: .background, because: .schedule)
            }
            try await running(BackgroundVerifier(backend: backend.backend, logger: quiet)) {
                try await backend.verified(3 * 10)
            }
            #expect(registries.prefix(3).allSatisfy { !$0.requests.isEmpty }, "those that hang were asked as well")
        }
    }

    @Test(
        "2,000 registries that stop responding at once delay a registry that responds by a second for each 64 of them",
        .timeLimit(.minutes(4)))
    func allAtOnce() async throws {
        let transport = AsyncHTTPClientTransport(policy: AddressPolicy(allowing: [try #require(Allowance("127.0.0.0/8"))]))
        defer { Task { try await transport.shutdown() } }
        // Less than the server waits, but 2,000 of them in 64 places still take four minutes.
        let verifier = Verifier(transport: transport, timeLimit: .seconds(8))
        DescriptorLimit.raise()
        let silent = try SilentPorts(2000)
        try await withRegistries(1) { registries in
            let backend = try await TestBackend()
            for port in silent.numbers { try await backend.add(1, in: "dead", on: "127.0.0.1:\(port)") }
            backend.clock.advance(by: 60)
            let live = try #require(registries.first)
            try await backend.add(10, in: "live", on: live.authority)
            backend.verifier.answer {
                await verifier.verify(
                    $0.name, with: $0.credential, depth: $0.depth, registry: $0.registry, for: .background, because: .schedule)
            }
            let start = ContinuousClock.now
            try await running(BackgroundVerifier(backend: backend.backend, logger: quiet, interval: .milliseconds(2))) {
                while live.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            }
            let elapsed = ContinuousClock.now - start
            print("2,000 unresponsive registries: the other one was contacted after \(elapsed)")
            #expect(elapsed < .seconds(60))
        }
    }

    private let quiet = Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }

    private func due(on authorities: [String], each count: Int) async throws -> TestBackend {
        let backend = try await TestBackend()
        for number in 0..<count {
            for authority in authorities { try await backend.register("\(authority)/team/image-\(number)") }
        }
        backend.clock.advance(by: 7 * 60 * 60)
        return backend
    }

    private func withRegistries(
        _ count: Int, _ started: [FaultyRegistry] = [], _ body: ([FaultyRegistry]) async throws -> Void
    ) async throws {
        guard started.count < count else { return try await body(started) }
        let names = Set((0..<10).map { "team/image-\($0)" })
        try await FaultyRegistry.run(RegistryBehavior(users: ["user": "secret"], repositories: names)) {
            try await withRegistries(count, started + [$0], body)
        }
    }

}

extension TestBackend {
    /// Waits until this many repositories are stored as verified.
    fileprivate func verified(_ count: Int) async throws {
        let namespace = try NamespaceName(parsing: "admin")
        while true {
            let page = try #require(Page(limit: Page.maximumLimit))
            let repositories = try await store.read { try $0.repositories(in: namespace, where: RepositoryFilter(), page: page) }
            if repositories.items.count(where: { $0.verification.state == .verified }) == count { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
