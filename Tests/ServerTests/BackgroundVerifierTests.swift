import Domain
import FoundationEssentials
import Logging
import Naming
import Operations
import RegistryClient
import Storage
import StorageSQLite
import TestSupport
import Testing

@testable import Server

@Suite("Background verification")
struct BackgroundVerifierTests {
    @Test("Due repositories are verified, and others are not", .timeLimit(.minutes(1)))
    func due() async throws {
        let backend = try await dueRepositories(5)
        try await backend.register("registry.example/fresh")
        try await running(on: backend) { try await backend.verifications(5) }
        #expect(Set(backend.verifiedNames) == Set((0..<5).map { "registry.example/image-\($0)" }))
        #expect(try await backend.backend.repositoriesToVerify(limit: 10).isEmpty)
    }

    @Test("Repositories that become due later are verified then", .timeLimit(.minutes(1)))
    func later() async throws {
        let backend = try await dueRepositories(1)
        try await running(on: backend) {
            try await backend.verifications(1)
            try await Task.sleep(for: .milliseconds(100))
            #expect(backend.verifiedNames.count == 1)
            backend.clock.advance(by: 7 * 60 * 60)
            try await backend.verifications(2)
        }
    }

    @Test("Verifications run up to the concurrency limit, and not beyond", .timeLimit(.minutes(1)))
    func concurrency() async throws {
        let backend = try await dueRepositories(20)
        let counter = Counter()
        backend.verifier.answer { _ in
            await counter.enter()
            try? await Task.sleep(for: .milliseconds(20))
            await counter.leave()
            return StubVerifier.accepting
        }
        try await running(on: backend) { try await backend.verifications(20) }
        #expect(await counter.most == 3)
    }

    @Test("Verifications start at the configured interval, even if slots are free", .timeLimit(.minutes(1)))
    func interval() async throws {
        let backend = try await dueRepositories(3)
        try await running(on: backend, interval: .seconds(60)) {
            try await backend.verifications(1)
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(backend.verifiedNames.count == 1)
    }

    @Test("More due repositories than a batch are verified in several batches", .timeLimit(.minutes(1)))
    func batches() async throws {
        let backend = try await dueRepositories(7)
        try await running(on: backend, batch: 2) { try await backend.verifications(7) }
        #expect(Set(backend.verifiedNames).count == 7)
    }

    @Test("More hanging registries than a batch do not delay a registry that responds", .timeLimit(.minutes(1)))
    func hanging() async throws {
        let backend = try await TestBackend()
        for number in 0..<30 { try await backend.register("dead-\(number).example/image") }
        try await backend.register("live.example/image")
        for var repository in try await backend.repositories() {
            if repository.name.authority.host == "live.example" {
                repository.verification.state = .verified
                repository.verification.due = repository.verification.due?.addingTimeInterval(60)
            } else {
                (repository.verification.state, repository.verification.silences) = (.unreachable, 3)
            }
            try await backend.store.write { [repository] in try $0.update(repository) }
        }
        backend.clock.advance(by: 7 * 60 * 60)
        backend.verifier.answer { question in
            if question.name.authority.host != "live.example" { try? await Task.sleep(for: .seconds(60)) }
            return StubVerifier.accepting
        }
        try await running(on: backend, batch: 10) {
            while !backend.verifiedNames.contains("live.example/image") { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(backend.verifiedNames.count <= 2, "one of the three slots is for registries that may hang")
    }

    @Test(
        "1,000 due repositories of a namespace do not delay ten of another one on the same registry, whether these are due before or later",
        .timeLimit(.minutes(1)), arguments: [true, false])
    func namespaces(isBefore: Bool) async throws {
        let backend = try await TestBackend()
        backend.verifier.answer { _ in
            try? await Task.sleep(for: .milliseconds(5))
            return StubVerifier.accepting
        }
        try await backend.add(1000, in: "many")
        if isBefore { try await backend.add(10, in: "few") }
        try await running(on: backend, batch: 100) {
            if !isBefore {
                while backend.verifiedNames.count < 20 { try await Task.sleep(for: .milliseconds(5)) }
                try await backend.add(10, in: "few")
            }
            while backend.verifiedNames.count(where: { $0.contains("/few-") }) < 10 { try await Task.sleep(for: .milliseconds(2)) }
        }
        #expect(backend.verifiedNames.count < 150)
    }

    @Test(
        "A check that ends because another registry needs its place is repeated, and the registry is not recorded as unresponsive",
        .timeLimit(.minutes(1)))
    func late() async throws {
        let backend = try await TestBackend()
        for number in 0..<3 { try await backend.add(1, in: "slow", on: "slow-\(number).example") }
        try await backend.add(1, in: "waiting", on: "waiting.example")
        backend.verifier.answer { question in
            // Much longer than the patience, also on a slow machine.
            if question.name.authority.host != "waiting.example" { try? await Task.sleep(for: .seconds(2)) }
            return Task.isCancelled
                ? VerificationOutcome(verdict: .inconclusive(reason: "cancelled"), isReached: false) : StubVerifier.accepting
        }
        let log = CapturedLog()
        try await running(on: backend, patience: .milliseconds(50), log: log) {
            while backend.verifiedNames.count < 4 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(backend.verifiedNames.last == "waiting.example/waiting-0")
            while try await !backend.backend.repositoriesToVerify(limit: 9).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
        let names = backend.verifiedNames
        #expect(names.count == 5 && Set(names).count == 4, "\(names)")
        let page = try #require(Page(limit: Page.maximumLimit))
        let all = try await backend.store.read {
            try $0.repositories(in: NamespaceName(parsing: "slow"), where: RepositoryFilter(), page: page)
        }
        #expect(all.items.count == 3 && all.items.allSatisfy { $0.verification.state == .verified && $0.verification.silences == 0 })
        #expect(log.lines.isEmpty)
    }

    @Test("A failed verification is logged, and stops neither the others nor the next round", .timeLimit(.minutes(1)))
    func failure() async throws {
        let backend = try await dueRepositories(2)
        try await backend.addUnreadable("registry.example/broken")
        let log = CapturedLog()
        try await running(on: backend, log: log) {
            while backend.verifiedNames.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            backend.clock.advance(by: 7 * 60 * 60)
            while backend.verifiedNames.count < 4 { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(Set(backend.verifiedNames) == ["registry.example/image-0", "registry.example/image-1"])
        let lines = log.lines.filter { $0.hasPrefix("error cannot verify again") }
        #expect(!lines.isEmpty && lines.allSatisfy { $0.contains("repository=registry.example/broken") })
    }

    @Test("A failure of the store is logged, and the query is repeated", .timeLimit(.minutes(1)))
    func noStore() async throws {
        let (stores, make) = AsyncStream.makeStream(of: SlowStore.self)
        let backend = try await dueRepositories(1) { base in
            let store = SlowStore(base)
            make.yield(store)
            return store
        }
        let store = try #require(await stores.first { _ in true })
        store.behave(.init(failure: .unavailable("disk")))
        let log = CapturedLog()
        try await running(on: backend, log: log) {
            while log.lines.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            store.behave(.init())
            try await backend.verifications(1)
        }
        #expect(log.text.contains("cannot read which repositories are due for verification"))
    }

    @Test("An unresponsive registry does not delay the shutdown, and is not recorded as unresponsive by it", .timeLimit(.minutes(1)))
    func shutdown() async throws {
        let backend = try await dueRepositories(20)
        let log = CapturedLog()
        backend.verifier.answer { _ in
            try? await Task.sleep(for: .seconds(60))
            return VerificationOutcome(verdict: .inconclusive(reason: "cancelled"))
        }
        try await running(on: backend, log: log) {
            while backend.verifiedNames.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(backend.verifiedNames.count == 1)
        let repositories = try await backend.repositories()
        #expect(repositories.count == 20 && repositories.allSatisfy { $0.verification.state == .unverified })
        backend.clock.advance(by: 70)
        #expect(try await backend.backend.repositoriesToVerify(limit: 100).count == 20, "they are tried again soon")
        #expect(log.lines.isEmpty)
    }

    private func running(
        on backend: TestBackend, batch: Int = 500, interval: Duration = .zero, patience: Duration = .seconds(60),
        log: CapturedLog = CapturedLog(),
        _ body: () async throws -> Void
    ) async throws {
        let rechecks = BackgroundVerifier(
            backend: backend.backend, logger: log.logger(), pause: .milliseconds(10), batch: batch, interval: interval,
            concurrency: 3, concurrencyPerRegistry: 3, patience: patience)
        try await ServerTests.running(rechecks, body)
    }
}

private actor Counter {
    private var now = 0
    private(set) var most = 0

    func enter() {
        now += 1
        most = max(most, now)
    }

    func leave() { now -= 1 }
}
