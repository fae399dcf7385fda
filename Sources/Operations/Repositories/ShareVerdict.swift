import Domain
import FoundationEssentials
import Naming
import RegistryClient
import Storage

/// Verdicts that hold for other repositories as well: their registry gives no response, or it refuses their login.
extension Backend {
    /// How many repositories one transaction changes: others wait for it.
    static let shareLimit = 100

    /// Notes that a registry gave no response, and shares that with its other repositories that are due.
    func shareSilence(_ answer: RegistryAnswer, of repository: Repository) async throws {
        let registry = repository.name.authority
        guard answer.isSilence, let due = repository.verification.due else { return }
        let silence = UnreachableRegistries.Silence(answer: answer, count: repository.verification.silences, end: due)
        silentRegistries.note(silence, of: registry)
        try await share(silence, of: registry)
    }

    /// Shares the silence of a registry that is not to be asked yet.
    ///
    /// - Returns: false where it is to be asked.
    func shareSilence(with repository: Repository, at now: Date) async throws -> Bool {
        let registry = repository.name.authority
        guard let silence = silentRegistries[registry], silence.covers(now) else { return false }
        try await share(silence, of: registry)
        return true
    }

    private func share(_ silence: UnreachableRegistries.Silence, of registry: RegistryAuthority) async throws {
        var isMore = true
        while isMore {
            let now = clock.now()
            isMore = try await store.write(with: ServerGrant.background) { [schedule] writer in
                let due = try writer.repositories(dueAt: now, on: registry, limit: Self.shareLimit)
                for var repository in due {
                    let shared = silence.answer.verification(after: repository.verification)
                    let isChanged = shared.state != repository.verification.state
                    repository.verification = schedule.follow(shared, silences: silence.count, due: silence.end, now: now)
                    try writer.update(repository)
                    if isChanged { try writer.record(background(repository, started: silence.answer.date)) }
                }
                return due.count == Self.shareLimit
            }
        }
    }

    /// Has the refusal of a login confirmed, after which it holds for the other repositories with that login, where there are any.
    func shareRefusal(_ answer: RegistryAnswer, of repository: Repository) async throws {
        guard answer.outcome.isLoginRefused, let credential = repository.credential, verificationPolicy != .skip else { return }
        let others = try await store.read(with: ServerGrant.background) {
            try $0.repositories(sharingLoginOf: credential.id, except: .rejected, limit: 1)
        }
        if !others.isEmpty { refusedLogins.add(repository, at: clock.reading()) }
    }

    /// Rejects the repositories whose login is the one that was refused, at the same registry; none where the repository was updated since, or
    /// something newer was found.
    func shareConfirmedRefusal(_ reason: String, of repository: Repository) async throws {
        guard let credential = repository.credential else { return }
        let started = clock.now()
        var isMore = true
        while isMore {
            isMore = try await store.write(with: ServerGrant.background) { [schedule] writer in
                guard let current = try writer.repository(repository.name, in: repository.namespace), current.isSameVersion(as: repository),
                    current.verification.state == .rejected
                else { return false }
                let others = try writer.repositories(sharingLoginOf: credential.id, except: .rejected, limit: Self.shareLimit)
                for var other in others {
                    other.verification = schedule.plan(
                        Verification(state: .rejected, reason: reason, checked: started), after: 0, now: started)
                    try writer.update(other)
                    try writer.record(background(other, started: started))
                }
                return others.count == Self.shareLimit
            }
        }
    }
}

extension StoreWriter {
    /// Makes other repositories due if their registry responds again, or accepts their login again.
    func makeOthersDue(after change: VerificationChange, at now: Date) throws {
        let repository = change.after
        switch (change.before.state, repository.verification.state) {
        case (.unreachable, .unreachable): break
        case (.unreachable, _): try makeDue(unreachableOn: repository.name.authority, at: now, limit: 500)
        case (.rejected, .verified), (.rejected, .absent):
            if let credential = repository.credential { try makeDue(rejectedWithLoginOf: credential.id, at: now, limit: 500) }
        default: break
        }
    }
}
