package import Domain
import FoundationEssentials
import RegistryClient

extension Backend {
    /// The repositories whose login a registry refused some seconds ago, to be verified once more, in the order of the refusals.
    package func refusedLoginsToConfirm() -> [Repository] {
        refusedLogins.due(at: clock.instant()).map(\.repository)
    }

    /// Verifies a repository of ``refusedLoginsToConfirm()`` once more. Only a refusal or an acceptance is stored; any other result, and a
    /// verification since the refusal, leaves everything as it is.
    package func confirmRefusedLogin(of repository: Repository) async throws {
        guard let refusal = refusedLogins.take(repository.id) else { return }
        let started = clock.now()
        let isUnchecked: @Sendable (Verification) -> Bool = { $0.checked.map { $0 <= refusal.time.wall } ?? true }
        guard let before = try await beginCheck(of: refusal.repository, where: isUnchecked) else { return }
        try await finishing(before) {
            let answer = try await ask(
                about: before, with: try await openCredential(of: before), depth: .pull, for: .background, because: .confirmation)
            switch answer.outcome.verdict {
            case .accepted: try await endCheck(of: before, with: answer, started: started)
            case .refused(let reason):
                try await endCheck(of: before, with: answer, started: started)
                try await shareConfirmedRefusal(reason, of: before)
            case .absent, .reachable, .silent, .unknownHost, .unspoken, .forbidden, .limited:
                try await leaveCheck(of: before) { $0.resumed(as: before.verification) }
            }
        } orElse: { current, _ in
            current.resumed(as: before.verification)
        }
    }
}
