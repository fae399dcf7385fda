import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

/// Changes to a repository from the registry's responses to pulls and pushes.
@Suite("Findings from gateway uses")
struct NoteUseTests {
    static let name = "registry.example/team/image"
    static let uses = [ContentUse.pull, .push, .delete]

    private static func registered(isPublic: Bool = false) async throws -> TestBackend {
        let backend = try await TestBackend()
        try await backend.register(name, isPublic ? nil : "user", isPublic ? nil : "secret")
        backend.clock.advance(by: 60)
        return backend
    }

    private static func grants(_ use: ContentUse, _ grant: Grant, in before: Grants = Grants()) -> Grants {
        var grants = before
        switch use {
        case .pull: grants.pull = grant
        case .push: grants.push = grant
        case .delete: break
        }
        return grants
    }

    @Test(
        "A successful use verifies a repository in any state, and grants the right that was used", arguments: Verification.State.allCases,
        uses)
    func success(state: Verification.State, use: ContentUse) async throws {
        let backend = try await Self.registered()
        let before = try await backend.setVerification(Self.name) {
            $0 = Verification(state: state, reason: "because", due: $0.due, silences: 3)
        }
        try await backend.backend.noteSuccess(of: use, isContent: false, on: before, by: backend.caller())
        var after = try await backend.inspect(Self.name)
        let now = backend.clock.clock.now()
        #expect(
            after.verification
                == Verification(
                    state: .verified, granted: Self.grants(use, .yes), checked: now, due: now + 6 * 60 * 60, isAccepted: true))
        after.verification = before.verification
        #expect(after == before, "nothing else changes")
        let actions = try await backend.backgroundActions()
        #expect(actions.count == (state == .verified ? 0 : 1))
        #expect(actions.allSatisfy { $0.kind == .repositoryVerify && $0.state == .success && $0.object == .repository(before.name) })
    }

    @Test("A successful use leaves the other right unchanged, and marks no credential of a public repository as accepted", arguments: uses)
    func otherGrants(use: ContentUse) async throws {
        let backend = try await Self.registered(isPublic: true)
        let known = Grants(pull: .no, push: .no)
        let before = try await backend.setVerification(Self.name) { $0 = Verification(state: .unreachable, granted: known) }
        try await backend.backend.noteSuccess(of: use, isContent: true, on: before, by: backend.caller())
        let verification = try await backend.inspect(Self.name).verification
        #expect(verification.granted == Self.grants(use, .yes, in: known) && !verification.isAccepted)
    }

    @Test("Repeated successes are written once and read nothing from the store", arguments: uses, [true, false])
    func repeated(use: ContentUse, isContent: Bool) async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        try await backend.register(Self.name, "user", "secret", verify: .no)
        let repository = try await backend.inspect(Self.name)
        let caller = try await backend.caller()
        _ = store.takeCount()
        for number in 1...5 {
            try await backend.backend.noteSuccess(of: use, isContent: isContent, on: repository, by: caller)
            let writes = store.takeCount().writes
            #expect(writes == (number == 1 ? 1 : 0))
        }
        for _ in 1...3 {
            try await backend.backend.noteSuccess(of: use, isContent: isContent, on: repository, by: caller)
            #expect(store.takeCount() == SlowStore.Count())
        }
        #expect(try await backend.backgroundActions().count == 1)
    }

    @Test("Concurrent successes record one change of the state", arguments: [ContentUse.pull, .push])
    func parallel(use: ContentUse) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret", verify: .no)
        let repository = try await backend.inspect(Self.name)
        let caller = try await backend.caller()
        try await withThrowingTaskGroup { group in
            for number in 0..<40 {
                group.addTask {
                    try await backend.backend.noteSuccess(of: use, isContent: number.isMultiple(of: 2), on: repository, by: caller)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await backend.backgroundActions().count == 1)
        #expect(try await backend.inspect(Self.name).verification.state == .verified)
    }

    @Test("A pull of a verified repository writes only the last pull, every five minutes per key")
    func lastUse() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        try await backend.register(Self.name, "user", "secret")
        let repository = try await backend.inspect(Self.name)
        let first = try await backend.caller()
        let second = try await backend.caller(backend.makeAdministratorKey())
        let verification = repository.verification
        for (seconds, caller, writes) in [(0, first, 1), (299, first, 0), (0, second, 1), (1, first, 1), (298, second, 0), (1, second, 1)] {
            backend.clock.advance(by: TimeInterval(seconds))
            _ = store.takeCount()
            try await backend.backend.noteSuccess(of: .pull, isContent: false, on: repository, by: caller)
            try await backend.backend.noteSuccess(of: .pull, isContent: true, on: repository, by: caller)
            #expect(store.takeCount().writes == writes)
            if writes == 1 {
                let expected = Repository.Use(date: backend.clock.clock.now(), account: "admin")
                #expect(try await backend.inspect(Self.name).lastPull == expected)
            }
        }
        #expect(try await backend.inspect(Self.name).verification == verification)
        #expect(try await backend.inspect(Self.name).lastPush == nil)
    }

    @Test("Only content counts as the last pull or push; deletions do not", arguments: uses, [true, false])
    func content(use: ContentUse, isContent: Bool) async throws {
        let backend = try await Self.registered()
        try await backend.backend.noteSuccess(of: use, isContent: isContent, on: backend.inspect(Self.name), by: backend.caller())
        let repository = try await backend.inspect(Self.name)
        #expect((repository.lastPull != nil) == (use == .pull && isContent))
        #expect((repository.lastPush != nil) == (use == .push && isContent))
    }

    @Test("A use is recorded before it starts, and the last pull or push is stored when it succeeds", arguments: [ContentUse.pull, .push])
    func recorded(use: ContentUse) async throws {
        let backend = try await Self.registered()
        let (authorized, record) = try await backend.backend.useRepository(
            use, of: .init(parsing: Self.name), "v1", isExistenceCheck: false, in: nil, by: backend.caller())
        defer { record.succeed() }
        let repository = authorized.repository
        #expect(try await backend.actions().first?.kind == (use == .pull ? .repositoryPull : .repositoryPush))
        #expect(repository.lastPull == nil && repository.lastPush == nil)
        #expect(try await backend.inspect(Self.name) == repository)
    }

    @Test("A denied use removes only that right, in any state", arguments: Verification.State.allCases, uses)
    func denied(state: Verification.State, use: ContentUse) async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        try await backend.register(Self.name, "user", "secret")
        let known = Grants(pull: .yes, push: .yes)
        let before = try await backend.setVerification(Self.name) {
            ($0.state, $0.reason, $0.granted, $0.silences) = (state, "because", known, 2)
        }
        backend.clock.advance(by: 60)
        let actions = try await backend.actions()
        _ = store.takeCount()
        for _ in 1...3 { try await backend.backend.noteDenied(use, on: before) }
        #expect(store.takeCount().writes == (use == .delete ? 0 : 1))
        var expected = before
        expected.verification.granted = Self.grants(use, .no, in: known)
        #expect(try await backend.inspect(Self.name) == expected)
        #expect(try await backend.actions() == actions)
        try await backend.backend.noteSuccess(of: use, isContent: false, on: before, by: backend.caller())
        #expect(try await backend.inspect(Self.name).verification.granted == known, "the next success gives it back")
    }

    @Test("A confirmed refusal of the login rejects a repository in any state", arguments: Verification.State.allCases, [true, false])
    func refused(state: Verification.State, isPublic: Bool) async throws {
        let backend = try await Self.registered(isPublic: isPublic)
        let before = try await backend.setVerification(Self.name) {
            ($0.state, $0.reason, $0.granted, $0.silences, $0.isAccepted) = (state, "because", Grants(pull: .yes, push: .no), 2, true)
        }
        let raw = try RawDatabase(backend)
        var written: [String] = []
        for number in 1...3 {
            try await backend.backend.noteRefusedLogin("wrong password", isConfirmed: true, isOfLogin: true, on: before)
            if number == 1 { written = try raw.everything() }
        }
        #expect(try raw.everything() == written)
        let now = backend.clock.clock.now()
        let stateBefore = [.verified, .absent].contains(state) ? state : nil
        #expect(
            try await backend.inspect(Self.name).verification
                == Verification(
                    state: .rejected, reason: "wrong password. Update the credential with 'docker-cloud repository update'.", checked: now,
                    due: now + 6 * 60 * 60, stateBefore: stateBefore))
        #expect(try await backend.backgroundActions().count == (state == .rejected ? 0 : 1))
        #expect(backend.backend.refusedLoginsToConfirm().isEmpty)
    }

    enum Finding: String, CaseIterable, Sendable {
        case pulled, pushed, pullDenied, pushDenied, refused

        func note(on repository: Repository, _ backend: TestBackend) async throws {
            try await note(on: repository, backend, by: backend.caller())
        }

        func note(on repository: Repository, _ backend: TestBackend, by caller: Caller) async throws {
            switch self {
            case .pulled: try await backend.backend.noteSuccess(of: .pull, isContent: true, on: repository, by: caller)
            case .pushed: try await backend.backend.noteSuccess(of: .push, isContent: true, on: repository, by: caller)
            case .pullDenied: try await backend.backend.noteDenied(.pull, on: repository)
            case .pushDenied: try await backend.backend.noteDenied(.push, on: repository)
            case .refused: try await backend.backend.noteRefusedLogin("no", isConfirmed: true, isOfLogin: true, on: repository)
            }
        }
    }

    @Test(
        "Nothing changes if the repository was removed or updated meanwhile", arguments: Finding.allCases,
        RecheckRaceTests.Change.allCases)
    func meanwhile(finding: Finding, change: RecheckRaceTests.Change) async throws {
        let backend = try await TestBackend()
        try await backend.register(
            Self.name, change.isPublic ? nil : "user", change.isPublic ? nil : "secret", verify: .no)
        let repository = try await backend.inspect(Self.name)
        backend.clock.advance(by: 1)
        try await change.make(backend)
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        try await finding.note(on: repository, backend)
        #expect(try raw.everything() == before)
        guard change != .removed else { return }
        try await finding.note(on: backend.inspect(Self.name), backend)
        #expect(try raw.everything() != before, "the new one is noted at once")
    }

    @Test("A failing store is an error, and the finding is stored at the next use", arguments: Finding.allCases)
    func failing(finding: Finding) async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        try await backend.register(Self.name, "user", "secret", verify: .no)
        let repository = try await backend.inspect(Self.name)
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        for canBeRead in [true, false] {
            let caller = try await backend.caller()
            store.behave(.init(failure: .unavailable("disk"), canBeRead: canBeRead))
            await #expect(throws: StoreError.unavailable("disk")) {
                try await finding.note(on: repository, backend, by: caller)
            }
            store.behave(.init())
            #expect(try raw.everything() == before)
        }
        try await finding.note(on: repository, backend)
        #expect(try raw.everything() != before)
    }

    @Test("A finding is stored even if the task of the request is cancelled", arguments: Finding.allCases)
    func cancelled(finding: Finding) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret", verify: .no)
        let repository = try await backend.inspect(Self.name)
        let caller = try await backend.caller()
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        let request = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await finding.note(on: repository, backend, by: caller)
        }
        try await request.value
        #expect(try raw.everything() != before)
    }

    @Test("A background check that finishes later does not overwrite a finding", arguments: Finding.allCases)
    func background(finding: Finding) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let repository = try await backend.setVerification(Self.name) { ($0.state, $0.granted.push) = (.unverified, .unknown) }
        backend.clock.advance(by: 60)
        let gate = Gate()
        backend.verifier.answer { _ in
            await gate.pass()
            return .silence
        }
        async let checking = backend.backend.verifyInTheBackground(repository)
        await gate.arrivals(1)
        try await finding.note(on: repository, backend)
        let noted = try await backend.inspect(Self.name).verification
        await gate.open()
        _ = try await checking
        let verification = try await backend.inspect(Self.name).verification
        #expect(verification.granted == noted.granted)
        let isOfState = ![.pullDenied, .pushDenied].contains(finding)
        #expect(verification.state == (isOfState ? noted.state : .unreachable))
        #expect(verification.begun == nil)
    }
}
