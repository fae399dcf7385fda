package import Domain
import FoundationEssentials
import RegistryClient
import Storage

extension Backend {
    /// The repositories whose login a registry refused some seconds ago, to be verified once more, in the order of the refusals.
    package func refusedLoginsToConfirm() -> [Repository] {
        refusedLogins.due(at: clock.instant()).map(\.repository)
    }

    /// Finds out whether the login of a repository of ``refusedLoginsToConfirm()`` is refused for all repositories that have it, or for this one:
    /// another repository is verified, and this one where that does not show it.
    ///
    /// Only a refusal or an acceptance is stored; any other result, and a verification since the refusal, leaves everything as it is.
    package func confirmRefusedLogin(of repository: Repository) async throws {
        guard let refusal = refusedLogins.take(repository.id) else { return }
        let started = clock.now()
        let isUnchecked: @Sendable (Verification) -> Bool = { $0.checked.map { $0 <= refusal.time.wall } ?? true }
        guard let before = try await beginCheck(of: refusal.repository, where: isUnchecked) else { return }
        try await finishing(before) {
            let credential = try await openCredential(of: before, with: ServerGrant.background)
            if let answer = try await answer(aboutAnotherThan: before, with: credential), answer.outcome.isLoginRefused,
                case .refused(let reason) = answer.outcome.verdict
            {
                try await endCheck(of: before, with: answer, started: started)
                return try await shareConfirmedRefusal(reason, of: before)
            }
            let answer = try await ask(
                about: before, with: credential, grant: ServerGrant.background, depth: .pull, for: .background, because: .confirmation)
            switch answer.outcome.verdict {
            // Without the login, a response says nothing of it.
            case .accepted where before.credential != nil && !answer.outcome.isAuthenticated:
                try await leaveCheck(of: before) { $0.resumed(as: before.verification) }
            case .accepted, .refused: try await endCheck(of: before, with: answer, started: started)
            case .absent, .denied, .reachable, .silent, .unknownHost, .unspoken, .forbidden, .limited:
                try await leaveCheck(of: before) { $0.resumed(as: before.verification) }
            }
        } orElse: { current, _ in
            current.resumed(as: before.verification)
        }
    }

    /// The registry's response about another repository with the same login, if possible one that it accepted the login for: several repositories
    /// may have lost their access while the login is right.
    ///
    /// - Returns: nil where there is no other, or where a limit of this server was reached.
    private func answer(aboutAnotherThan repository: Repository, with login: Credential?) async throws -> RegistryAnswer? {
        guard let credential = repository.credential, let login else { return nil }
        let sharing = try await store.read(with: ServerGrant.background) {
            try $0.repositories(sharingLoginOf: credential.id, except: .rejected, limit: Self.shareLimit)
        }
        let others = sharing.filter { $0.id != repository.id }
        let now = clock.instant()
        let unrefused = others.filter { !refusedLogins.hasRefused($0.id, at: now) }
        let candidates = unrefused.isEmpty ? others : unrefused
        guard let other = candidates.first(where: { $0.verification.state == .verified }) ?? candidates.first else { return nil }
        do {
            return try await ask(
                about: other, with: login, grant: ServerGrant.background, depth: .pull, for: .background, because: .confirmation)
        } catch RequestError.busy {
            return nil
        }
    }
}
