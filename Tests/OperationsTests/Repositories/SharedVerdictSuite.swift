import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import TestSupport

/// Repositories on one registry, `dead.example`, that share its verdicts, and one on another, `live.example`.
protocol SharedVerdictSuite {}

extension SharedVerdictSuite {
    /// Several repositories on a registry, and one on another registry; all are due.
    func due(_ count: Int, password: (Int) -> String = { _ in "secret" }) async throws -> TestBackend {
        let backend = try await TestBackend()
        for number in 0..<count { try await backend.register("dead.example/image-\(number)", "user", password(number)) }
        try await backend.register("live.example/image", "user", "secret")
        backend.clock.advance(by: 6 * 60 * 60)
        return backend
    }

    func answer(_ backend: TestBackend, _ dead: VerificationOutcome) {
        backend.verifier.answer { $0.name.authority.description == "dead.example" ? dead : StubVerifier.accepting }
    }

    func check(_ backend: TestBackend, rounds: Int = 1) async throws {
        for _ in 0..<rounds {
            for repository in try await backend.backend.repositoriesToVerify(limit: 1000) {
                try await backend.backend.verifyInTheBackground(repository)
            }
        }
    }

    func questions(_ backend: TestBackend, about registry: String = "dead.example") -> Int {
        backend.verifier.requests.count { $0.name.authority.description == registry }
    }

    func states(_ backend: TestBackend, _ count: Int) async throws -> Set<Verification.State> {
        var states: Set<Verification.State> = []
        for number in 0..<count { states.insert(try await backend.inspect("dead.example/image-\(number)").verification.state) }
        return states
    }

    /// Waits five seconds and confirms the refused logins.
    func confirm(_ backend: TestBackend) async throws {
        backend.clock.advance(by: 5)
        for repository in backend.backend.refusedLoginsToConfirm() { try await backend.backend.confirmRefusedLogin(of: repository) }
    }
}
