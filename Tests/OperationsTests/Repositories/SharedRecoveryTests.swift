import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Logins that work again")
struct SharedRecoveryTests: SharedVerdictSuite {
    /// The requests that show that a login works again.
    enum Way: CaseIterable {
        case verification, update, updateOfAnother, registration, pull, backgroundCheck
    }

    /// Twenty repositories that were rejected with their login, and one of another namespace.
    private func rejected() async throws -> (backend: TestBackend, other: APIKeySecret) {
        let backend = try await due(20)
        try await backend.register("dead.example/own", "user", "own")
        let key = try await backend.makeAccount("others")
        try await backend.register("dead.example/image-0", "user", "secret", by: key)
        answer(backend, .refusal)
        try await backend.verifyAgain("dead.example/image-0")
        try await confirm(backend)
        #expect(try await states(backend, 20) == [.rejected])
        #expect(try await backend.inspect("dead.example/image-0", by: key).verification.state == .rejected)
        return (backend, key)
    }

    @Test("A login that works again ends the rejection of all repositories that have it", arguments: Way.allCases)
    func recovered(way: Way) async throws {
        let (backend, other) = try await rejected()
        answer(backend, StubVerifier.accepting)
        let asked = questions(backend)
        switch way {
        case .verification: try await backend.verifyAgain("dead.example/image-3")
        case .update: try await backend.update("dead.example/image-3", "user", "secret")
        case .updateOfAnother: try await backend.update("dead.example/own", "user", "secret")
        case .registration: try await backend.register("dead.example/new", "user", "secret")
        case .pull:
            let used = try await backend.inspect("dead.example/image-3")
            try await backend.backend.noteSuccess(of: .pull, isContent: true, on: used, by: backend.caller())
        case .backgroundCheck:
            backend.clock.advance(by: 7 * 60 * 60)
            try await backend.backend.verifyInTheBackground(backend.inspect("dead.example/image-3"))
        }
        try await backend.backend.shareRecoveries()
        #expect(try await states(backend, 20) == [.verified])
        #expect(try await backend.inspect("dead.example/image-0", by: other).verification.state == .verified)
        #expect(questions(backend) == asked + (way == .pull ? 0 : 1), "no further request")
        backend.clock.advance(by: 3600)
        try await check(backend)
        let later = backend.verifier.requests.dropFirst(asked + 2).filter { $0.name.authority.description == "dead.example" }
        #expect(later.count >= 19 && later.allSatisfy { $0.credential != nil && $0.depth == .pull }, "they are verified within an hour")
    }

    @Test("A registration or an update that shows nothing about the login leaves the others rejected")
    func inconclusive() async throws {
        let (backend, _) = try await rejected()
        answer(backend, StubVerifier.accepting)
        try await backend.register("dead.example/new", "user", "different")
        try await backend.update("dead.example/image-3", "user", "different")
        try await backend.register("dead.example/unverified", "user", "secret", verify: .no)
        try await backend.update("dead.example/image-4", "user", "secret", verify: .no)
        let anonymous = VerificationOutcome(verdict: .accepted(note: "allows anonymous reads"), isAuthenticated: false)
        for outcome in [anonymous, Self.busy, .silence] {
            answer(backend, outcome)
            try await backend.update("dead.example/image-5", "user", "secret")
        }
        try await backend.backend.shareRecoveries()
        for number in [0, 1, 2] + Array(6..<20) {
            #expect(try await backend.inspect("dead.example/image-\(number)").verification.state == .rejected, "\(number)")
        }
    }

    private static let busy = VerificationOutcome(verdict: .inconclusive(reason: "503"), failure: RegistryFailure())

    @Test("A refused login is sent in the background for one of its repositories in each interval, until it is accepted")
    func retried() async throws {
        let (backend, other) = try await rejected()
        for _ in 0..<3 {
            let asked = questions(backend)
            for _ in 0..<8 {
                backend.clock.advance(by: 50 * 60)
                try await check(backend)
            }
            let sent = backend.verifier.requests.filter { $0.name.authority.description == "dead.example" }.dropFirst(asked)
                .filter { $0.credential.map(Login.init) == Login("user", "secret") }
            #expect(sent.count == 1 && sent.first?.cause == .schedule)
            #expect(try await states(backend, 20) == [.rejected])
        }
        answer(backend, StubVerifier.accepting)
        backend.clock.advance(by: 7 * 60 * 60)
        try await check(backend)
        try await backend.backend.shareRecoveries()
        #expect(try await states(backend, 20) == [.verified])
        #expect(try await backend.inspect("dead.example/image-0", by: other).verification.state == .verified)
    }

    @Test("A registration on a registry that responds again gives its repositories their earlier state", arguments: [true, false])
    func registry(isUpdate: Bool) async throws {
        let backend = try await due(20)
        answer(backend, .silence)
        try await check(backend)
        #expect(try await states(backend, 20) == [.unreachable])
        answer(backend, StubVerifier.accepting)
        if isUpdate {
            try await backend.update("dead.example/image-3", "user", "new")
        } else {
            try await backend.register("dead.example/new", "user", "new")
        }
        try await backend.backend.shareRecoveries()
        #expect(try await states(backend, 20) == [.verified])
    }
}
