package import Domain
import FoundationEssentials
import RegistryClient
import Storage
import Synchronization

/// Repositories whose login was refused once without confirmation. They are held in memory only; the next refusal queues them again.
final class RefusedLogins: Sendable {
    struct Refusal: Sendable {
        let repository: Repository
        let time: ClockReading
    }

    /// The time between a refusal and its confirmation.
    static let delay = Duration.seconds(5)
    static let capacity = 1000

    private let waiting = Mutex<[Refusal]>([])
    /// When the login of a repository was last refused.
    private let refused = Mutex<[Repository.ID: ContinuousClock.Instant]>([:])
    private static let memory = Duration.seconds(600)

    /// Adds a repository, unless it is queued already or the queue is full. An entry with another credential is replaced.
    func add(_ repository: Repository, at now: ClockReading) {
        refused.withLock { refused in
            if refused.count >= Self.capacity { refused = refused.filter { now.instant - $0.value < Self.memory } }
            if refused.count < Self.capacity { refused[repository.id] = now.instant }
        }
        waiting.withLock { waiting in
            if let index = waiting.firstIndex(where: { $0.repository.id == repository.id }) {
                guard waiting[index].repository.credential != repository.credential else { return }
                waiting.remove(at: index)
            }
            guard waiting.count < Self.capacity else { return }
            waiting.append(Refusal(repository: repository, time: now))
        }
    }

    /// The refusals whose confirmation is due, oldest first.
    func due(at now: ContinuousClock.Instant) -> [Refusal] {
        waiting.withLock { $0.filter { now - $0.time.instant >= Self.delay } }
    }

    /// Whether the login of a repository was refused in the last ten minutes.
    func hasRefused(_ id: Repository.ID, at now: ContinuousClock.Instant) -> Bool {
        refused.withLock { $0[id] }.map { now - $0 < Self.memory } ?? false
    }

    /// Removes a repository.
    func take(_ id: Repository.ID) -> Refusal? {
        waiting.withLock { waiting in
            waiting.firstIndex { $0.repository.id == id }.map { waiting.remove(at: $0) }
        }
    }
}

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
            case .absent, .denied, .reachable, .silent, .unknownHost, .unspoken, .forbidden, .limited:
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
