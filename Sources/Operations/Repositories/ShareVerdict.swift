import Domain
import FoundationEssentials
import Naming
import RegistryClient
import Storage

/// Applies verdicts to other repositories: their registry is unreachable or fails, or it refuses their login.
extension Backend {
    /// The number of repositories that one transaction changes. Other writes wait for it.
    static let shareLimit = 100

    /// The response, marked as one of the registry if so many repositories failed since the registry served one. A repository that failed
    /// before, independent of the others, is not counted.
    func judged(_ response: RegistryResponse, of repository: Repository) -> RegistryResponse {
        let before = repository.verification
        guard !response.isOfRegistry, response.outcome.failure != nil, before.state != .unreachable || before.stateBefore != nil,
            unreachableRegistries.countFailure(of: repository.name.authority)
        else { return response }
        var response = response
        response.isOfRegistry = true
        return response
    }

    /// Notes that a registry is unreachable, and applies that to its other repositories that are due.
    func shareUnreachability(_ response: RegistryResponse, of repository: Repository) async throws {
        let registry = repository.name.authority
        guard response.isOfRegistry, let due = repository.verification.due else { return }
        let entry = UnreachableRegistries.Entry(response: response, count: repository.verification.silences, end: due)
        unreachableRegistries.note(entry, of: registry)
        try await share(entry, of: registry)
    }

    /// Applies the verdict of an unreachable registry that is not due for a retry.
    ///
    /// - Returns: false if the registry is to be requested.
    func shareUnreachability(with repository: Repository, at now: Date) async throws -> Bool {
        let registry = repository.name.authority
        guard let entry = unreachableRegistries[registry], entry.covers(now) else { return false }
        try await share(entry, of: registry)
        return true
    }

    private func share(_ entry: UnreachableRegistries.Entry, of registry: RegistryAuthority) async throws {
        var isMore = true
        while isMore {
            let now = clock.now()
            isMore = try await store.write(with: ServerGrant.background) { [schedule] writer in
                let due = try writer.repositories(dueAt: now, on: registry, limit: Self.shareLimit)
                for var repository in due {
                    let shared = entry.response.verification(after: repository.verification)
                    let isChanged = shared.state != repository.verification.state
                    repository.verification = schedule.follow(shared, silences: entry.count, due: entry.end, now: now)
                    try writer.update(repository)
                    if isChanged { try writer.record(background(repository, started: entry.response.date)) }
                }
                return due.count == Self.shareLimit
            }
        }
    }

    /// Queues the refusal of a login for confirmation, if other repositories have that login. A confirmed refusal applies to them as well.
    func shareRefusal(_ response: RegistryResponse, of repository: Repository) async throws {
        guard response.outcome.isLoginRefused, let credential = repository.credential, verificationPolicy != .skip else { return }
        let others = try await store.read(with: ServerGrant.background) {
            try $0.repositories(sharingLoginOf: credential.id, except: .rejected, limit: 1)
        }
        if !others.isEmpty { refusedLogins.add(repository, at: clock.reading()) }
    }

    /// Postpones the other repositories that are rejected with the same login, so that a login is sent once in each interval and not once
    /// for each repository: registries lock accounts after a few refused logins.
    func postponeOthers(rejectedWith repository: Repository) async throws {
        guard let credential = repository.credential else { return }
        let later = schedule.afterOthers(now: clock.now())
        var isMore = true
        while isMore {
            isMore = try await store.write(with: ServerGrant.background) {
                try $0.postpone(othersRejectedWithLoginOf: credential.id, to: later, limit: 500) == 500
            }
        }
    }

    /// Rejects the other repositories with the refused login at the same registry. Changes nothing if the repository was updated or
    /// verified since.
    func shareConfirmedRefusal(_ reason: ErrorText, of repository: Repository) async throws {
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
                        Verification(
                            state: .rejected, reason: Verification.rejection(reason), checked: started,
                            stateBefore: other.verification.resumableState),
                        after: 0, now: started)
                    try writer.update(other)
                    try writer.record(background(other, started: started))
                }
                return others.count == Self.shareLimit
            }
        }
    }
}

extension Verification {
    /// The state that is valid again after the registry was unreachable or refused the login.
    var resumableState: State? { [.verified, .absent].contains(state) ? state : stateBefore }
}
