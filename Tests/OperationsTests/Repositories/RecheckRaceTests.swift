import Domain
import FoundationEssentials
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

@Suite("Changes of a repository during a recheck")
struct RecheckRaceTests {
    static let name = "registry.example/team/image"

    enum Change: String, CaseIterable, Sendable {
        case updated, published, removed, registeredAnew, stillPublic, registeredAnewPublic

        /// Whether the repository has no credential before.
        var isPublic: Bool { [.stillPublic, .registeredAnewPublic].contains(self) }

        func make(_ backend: TestBackend) async throws {
            switch self {
            case .updated: try await backend.update(name, "user", "fresh")
            case .published, .stillPublic: try await backend.update(name, "", "")
            case .removed: try await backend.remove(name)
            case .registeredAnew:
                try await backend.remove(name)
                try await backend.register(name, "anew", "other")
            case .registeredAnewPublic:
                try await backend.remove(name)
                try await backend.register(name)
            }
        }
    }

    @Test("A recheck on request fails if the repository changes meanwhile, and the change is retained", arguments: Change.allCases)
    func asked(change: Change) async throws {
        let error = try await meanwhile(change) { backend, _ in try await backend.verifyAgain(Self.name) }
        #expect(error as? StoreError == .stale)
    }

    @Test(
        "A background check ends without an error if the repository changes meanwhile, and the change is retained",
        arguments: Change.allCases)
    func background(change: Change) async throws {
        let error = try await meanwhile(change) { try await $0.backend.verifyInTheBackground($1) }
        #expect(error == nil)
    }

    /// Verifies, makes the change during the request to the registry, and expects the result of the change.
    private func meanwhile(
        _ change: Change, _ verify: @escaping @Sendable (TestBackend, Repository) async throws -> Void
    ) async throws -> (any Error)? {
        let backend = try await TestBackend()
        try await backend.register(Self.name, change.isPublic ? nil : "user", change.isPublic ? nil : "secret")
        let repository = try await backend.inspect(Self.name)
        let gate = Gate()
        backend.verifier.answer { _ in
            await gate.pass()
            return .refusal
        }
        let asking = Task { () -> (any Error)? in
            do {
                try await verify(backend, repository)
                return nil
            } catch {
                return error
            }
        }
        await gate.arrivals(1)
        backend.clock.advance(by: 1)
        backend.verifier.answer { _ in StubVerifier.accepting }
        try await change.make(backend)
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        await gate.open()
        let error = await asking.value
        #expect(try raw.everything() == before)
        return error
    }

    /// - isAsked: whether the background check has sent its request before the recheck on request.
    @Test("A recheck on request takes precedence over a concurrent background check", arguments: [true, false], [true, false])
    func verifiedMeanwhile(isAsked: Bool, isAccepted: Bool) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let snapshot = try await backend.inspect(Self.name)
        let gate = Gate()
        backend.verifier.answer { question in
            guard question.cause == .schedule else { return isAccepted ? StubVerifier.accepting : .refusal }
            await gate.pass()
            return isAccepted ? .refusal : StubVerifier.accepting
        }
        let checking: Task<Void, any Error>? = isAsked ? Task { try await backend.backend.verifyInTheBackground(snapshot) } : nil
        if isAsked { await gate.arrivals(1) }
        backend.clock.advance(by: 1)
        try await backend.verifyAgain(Self.name)
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        await gate.open()
        try await checking?.value
        if !isAsked { try await backend.backend.verifyInTheBackground(snapshot) }
        #expect(try raw.everything() == before)
        #expect(try await backend.inspect(Self.name).verification.state == (isAccepted ? .verified : .rejected))
        #expect(backend.verifier.requests.count == (isAsked ? 3 : 2))
    }

    @Test("A background check that finishes meanwhile does not stop a recheck on request")
    func checkedMeanwhile() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let gate = Gate()
        backend.verifier.answer { question in
            guard question.cause == .request else { return .refusal }
            await gate.pass()
            return StubVerifier.accepting
        }
        async let verified = backend.verifyAgain(Self.name)
        await gate.arrivals(1)
        backend.clock.advance(by: 1)
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        #expect(try await backend.inspect(Self.name).verification.state == .rejected)
        await gate.open()
        #expect(try await verified.value.verification.state == .verified)
        #expect(try await backend.inspect(Self.name).verification.isAccepted)
    }

    @Test("The credential of a removed repository is not sent")
    func gone() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        #expect(backend.verifier.requests.map { $0.credential != nil } == [true, true])
        let repository = try await backend.inspect(Self.name)
        try await backend.remove(Self.name)
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        try await backend.backend.verifyInTheBackground(repository)
        #expect(backend.verifier.requests.count == 2)
        #expect(try raw.everything() == before)
    }

    @Test("A cancelled verification does not mark the registry as unreachable", arguments: [true, false])
    func cancelled(isAsked: Bool) async throws {
        let backend = try await TestBackend { CancellationIgnoringStore(base: $0) }
        try await backend.register(Self.name, "user", "secret")
        let repository = try await backend.inspect(Self.name)
        backend.verifier.answer { _ in
            try? await Task.sleep(for: .seconds(60))
            return VerificationOutcome(verdict: .inconclusive(reason: "cancelled"))
        }
        let asking = Task {
            if isAsked { try await backend.verifyAgain(Self.name) } else { try await backend.backend.verifyInTheBackground(repository) }
        }
        while backend.verifier.requests.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
        #expect(try await backend.inspect(Self.name) == repository)
        #expect(try await backend.actions().map(\.state) == (isAsked ? [.inProgress, .success] : [.success]))
    }
}

/// A store that ignores cancellation, which stores may do.
private struct CancellationIgnoringStore: Store {
    let base: any Store

    var version: Int { base.version }
    var rows: RowVerification { base.rows }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        try await Task { try await base.read(body) }.value
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        try await Task { try await base.write(body) }.value
    }
}
