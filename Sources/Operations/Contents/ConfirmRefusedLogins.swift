package import Domain
import FoundationEssentials
import RegistryClient
import Storage
import Synchronization

extension Backend {
    /// The repositories whose login a registry refused some seconds ago, to be verified once more, oldest refusal first.
    package func refusedLoginsToConfirm() -> [Repository] {
        refusedLogins.due(at: clock.instant()).map(\.repository)
    }

    /// Determines whether a registry refuses the login of a repository of ``refusedLoginsToConfirm()`` for all repositories with that
    /// login, or for this repository only. It verifies another repository first, and this one if the result is inconclusive.
    ///
    /// Only a refusal or an acceptance is stored. Any other result, or a verification since the refusal, changes nothing.
    package func confirmRefusedLogin(of repository: Repository) async throws {
        guard let refusal = refusedLogins.take(repository.id) else { return }
        let started = clock.now()
        let isUnchecked: @Sendable (Verification) -> Bool = { $0.checked.map { $0 <= refusal.time.wall } ?? true }
        guard let before = try await startCheck(of: refusal.repository, where: isUnchecked) else { return }
        try await finishing(before) {
            let credential = try await openCredential(of: before, with: ServerGrant.background)
            if let response = try await response(aboutAnotherThan: before, with: credential), response.outcome.isLoginRefused,
                case .refused(let reason) = response.outcome.verdict
            {
                try await finishCheck(of: before, with: response, started: started)
                return try await shareConfirmedRefusal(reason, of: before)
            }
            let response = try await requestVerification(
                of: before, with: credential, grant: ServerGrant.background, depth: .pull, for: .background, because: .confirmation)
            switch response.outcome.verdict {
            // A response to a request without the login proves nothing about it.
            case .accepted where before.credential != nil && !response.outcome.isAuthenticated:
                try await closeCheck(of: before) { $0.resumed(as: before.verification) }
            case .accepted, .refused: try await finishCheck(of: before, with: response, started: started)
            case .absent, .denied, .reachable, .inconclusive, .unknownHost, .unsupported, .forbidden, .limited:
                try await closeCheck(of: before) { $0.resumed(as: before.verification) }
            }
        } orElse: { current, _ in
            current.resumed(as: before.verification)
        }
    }

    /// The registry's response for another repository with the same login, preferably one for which it accepted the login: several
    /// repositories may have lost access although the login is valid.
    ///
    /// - Returns: nil if there is no other repository, or if a limit of this server was reached.
    private func response(aboutAnotherThan repository: Repository, with login: Credential?) async throws -> RegistryResponse? {
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
            return try await requestVerification(
                of: other, with: login, grant: ServerGrant.background, depth: .pull, for: .background, because: .confirmation)
        } catch RequestError.busy {
            return nil
        }
    }
}
