import Domain
import FoundationEssentials
import Naming
import Operations
import PrometheusMetrics
import RegistryClient
import Sealing
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Background verification")
struct BackgroundVerificationTests {
    static let name = "registry.example/team/image"

    private static func outcome(_ state: Verification.State) -> VerificationOutcome {
        switch state {
        case .verified: StubVerifier.accepting
        case .absent: VerificationOutcome(verdict: .absent)
        case .rejected: .refusal
        case .unreachable: VerificationOutcome(verdict: .inconclusive(reason: "no answer"))
        case .unverified: VerificationOutcome(verdict: .unsupported(reason: "NTLM"))
        }
    }

    @Test(
        "Only a change of the state is recorded; every result is counted", arguments: Verification.State.allCases,
        Verification.State.allCases)
    func recorded(before: Verification.State, after: Verification.State) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        backend.verifier.answer { _ in Self.outcome(before) }
        try await backend.verifyAgain(Self.name)
        let actions = try await backend.actions()
        backend.clock.advance(by: 60)
        backend.verifier.answer { _ in Self.outcome(after) }
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        let repository = try await backend.inspect(Self.name)
        #expect(repository.verification.state == after)
        #expect(repository.verification.checked == backend.clock.clock.now())
        #expect(try await backend.actions().count == actions.count + (before == after ? 0 : 1))
        let counts = backend.metrics.exposition().split(separator: "\n").filter { $0.hasPrefix("lighterman_rechecks_total{") }
        #expect(counts.filter { !$0.hasSuffix(" 0") } == ["lighterman_rechecks_total{state=\"\(after.rawValue.lowercased())\"} 1"])
    }

    @Test("Actions of background checks are not user actions")
    func origin() async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAccount("others")
        try await backend.register(Self.name, "user", "secret", by: key)
        backend.verifier.answer { _ in .refusal }
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name, by: key))
        let action = try #require(try await backend.actions(by: key).first)
        #expect(action.kind == .repositoryVerify)
        #expect(action.namespace.description == "others")
        #expect(action.object == .repository(try .init(parsing: Self.name)))
        #expect(!action.origin.isCall)
        #expect(action.origin.user.isEmpty && action.origin.address.isEmpty && action.origin.path.isEmpty)
        #expect(try await backend.actions().isEmpty)
    }

    @Test("Due repositories of all namespaces are returned up to a limit; those that got no response take turns with the others")
    func due() async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAccount("others")
        try await backend.register("registry.example/a")
        backend.clock.advance(by: 1)
        try await backend.register("registry.example/b", verify: .no, by: key)
        backend.clock.advance(by: 1)
        backend.verifier.answer { _ in Self.outcome(.unreachable) }
        try await backend.register("registry.example/c")
        #expect(try await due(backend).isEmpty)
        backend.clock.advance(by: 59.999)
        #expect(try await due(backend).isEmpty)
        backend.clock.advance(by: 0.001)
        #expect(try await due(backend) == ["registry.example/c"])
        backend.clock.advance(by: 6 * 60 * 60)
        #expect(try await due(backend) == ["registry.example/a", "registry.example/c", "registry.example/b"])
        #expect(try await due(backend, limit: 2) == ["registry.example/a", "registry.example/c"])
        for repository in try await backend.backend.repositoriesToVerify(limit: 2) {
            try await backend.backend.verifyInTheBackground(repository)
        }
        #expect(try await due(backend) == ["registry.example/b"])
        try await backend.remove("registry.example/b", by: key)
        #expect(try await due(backend).isEmpty)
    }

    @Test("An update or a recheck on request reschedules the next background check")
    func planned() async throws {
        let backend = try await TestBackend()
        for name in ["a", "b"] { try await backend.register("registry.example/\(name)") }
        backend.clock.advance(by: 6 * 60 * 60)
        try await backend.update("registry.example/a", "user", "secret")
        #expect(try await due(backend) == ["registry.example/b"])
        try await backend.verifyAgain("registry.example/b")
        #expect(try await due(backend).isEmpty)
    }

    @Test("A credential that cannot be opened is an error, and its check is postponed")
    func unreadable() async throws {
        let backend = try await TestBackend()
        for name in ["a", "b"] { try await backend.register("registry.example/\(name)", "user", "secret") }
        try RawDatabase(backend).run(
            """
            UPDATE credentials SET namespace = 'others'
            WHERE id = (SELECT credential FROM repositories WHERE name = 'registry.example/a')
            """)
        backend.clock.advance(by: 6 * 60 * 60)
        #expect(try await due(backend, limit: 1) == ["registry.example/a"])
        for minutes in [1, 2, 4] as [Double] {
            let repository = try await backend.inspect("registry.example/a")
            await #expect(throws: StoreError.self) { try await backend.backend.verifyInTheBackground(repository) }
            #expect(try await due(backend, limit: 1) == ["registry.example/b"])
            let postponed = try await backend.inspect("registry.example/a").verification
            #expect(postponed.due == backend.clock.clock.now() + minutes * 60)
            #expect(postponed.state == .verified && postponed.checked == repository.verification.checked)
        }
        #expect(try await backend.actions().map(\.kind) == [.rowRefuse, .repositoryCreate, .repositoryCreate], "reported once an hour")
        #expect(backend.verifier.requests.count == 2, "nothing of it was sent")
    }

    @Test("A credential whose sealed secret is missing is postponed, and nothing is sent")
    func secretless() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        try RawDatabase(backend).run("DELETE FROM credential_secrets")
        backend.clock.advance(by: 6 * 60 * 60)
        let repository = try await backend.inspect(Self.name)
        await #expect(throws: StoreError.self) { try await backend.backend.verifyInTheBackground(repository) }
        #expect(try await due(backend).isEmpty)
        #expect(backend.verifier.requests.count == 1)
        #expect(try await backend.actions().map(\.kind) == [.rowRefuse, .repositoryCreate])
    }

    private func due(_ backend: TestBackend, limit: Int = 500) async throws -> [String] {
        try await backend.backend.repositoriesToVerify(limit: limit).map(\.name.description)
    }

    @Test("A repository is not due for hours while its check runs; an interrupted check is reported once and stays postponed")
    func interrupted() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let seen = AsyncStream.makeStream(of: Repository.self)
        backend.verifier.answer { _ in
            if let repository = try? await backend.inspect(Self.name) { seen.continuation.yield(repository) }
            try? await Task.sleep(for: .seconds(60))
            return StubVerifier.accepting
        }
        backend.clock.advance(by: 7 * 60 * 60)
        let checking = Task { try await backend.backend.verifyInTheBackground(backend.inspect(Self.name)) }
        let running = try #require(await seen.stream.first { _ in true })
        let now = backend.clock.clock.now()
        #expect(running.verification.begun == now && running.verification.due == now + 6 * 60 * 60)
        // A process that ends leaves what is stored while the check runs.
        checking.cancel()
        _ = await checking.result
        try await backend.store.write { try $0.update(running) }
        backend.clock.advance(by: 60)
        #expect(try await backend.backend.endInterruptedChecks(limit: 10).map(\.name) == [running.name])
        #expect(try await backend.backend.endInterruptedChecks(limit: 10).isEmpty)
        let after = try await backend.inspect(Self.name)
        #expect(after.verification.begun == nil && after.verification.due == running.verification.due)
        #expect(try await backend.backend.repositoriesToVerify(limit: 10).isEmpty)
    }

    @Test("At a limit of the server nothing is stored, except the due date of a background check")
    func limited() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let limit = LimitReached(.verifications, of: .account, retryAfter: 5)
        backend.verifier.answer { _ in VerificationOutcome(verdict: .limited(limit)) }
        let busy = RequestError.busy(
            "The server's limit for one account on simultaneous verifications is reached. Nothing was stored. Try again in 5 s.",
            retryAfter: 5)
        await #expect(throws: busy) { try await backend.register("registry.example/other", "user", "secret") }
        await #expect(throws: busy) { try await backend.verifyAgain(Self.name) }
        let before = try await backend.inspect(Self.name)
        await #expect(throws: busy) { try await backend.backend.verifyInTheBackground(before) }
        var later = before
        later.verification.due = backend.clock.clock.now() + 60
        #expect(try await backend.inspect(Self.name) == later)
        #expect(
            try await backend.backend.listRepositories(in: nil, where: RepositoryFilter(), page: Page.first, by: backend.caller()).total
                == 1)
    }
}
