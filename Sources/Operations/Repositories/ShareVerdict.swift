import Domain
import FoundationEssentials
import Naming
import RegistryClient
import Storage
import Synchronization

/// Applies verdicts to other repositories: their registry is unreachable, or it refuses their login.
extension Backend {
    /// The number of repositories that one transaction changes. Other writes wait for it.
    static let shareLimit = 100

    /// Notes that a registry is unreachable, and applies that to its other repositories that are due.
    func shareUnreachability(_ response: RegistryResponse, of repository: Repository) async throws {
        let registry = repository.name.authority
        guard response.isUnreachable, let due = repository.verification.due else { return }
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

    /// Rejects the other repositories with the refused login at the same registry. Changes nothing if the repository was updated or
    /// verified since.
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
                        Verification(state: .rejected, reason: reason, checked: started, stateBefore: other.verification.resumableState),
                        after: 0, now: started)
                    try writer.update(other)
                    try writer.record(background(other, started: started))
                }
                return others.count == Self.shareLimit
            }
        }
    }
}

/// Ends shared verdicts: the registry responds, or accepts the login, again.
extension Backend {
    /// Queues the end of a shared verdict for ``shareRecoveries()``.
    func noteRecovery(after change: VerificationChange) {
        if change.endsSharedVerdict { recoveries.add(change) }
    }

    /// Gives other repositories the state again that they had before their registry became unreachable, or refused their login. Their
    /// next verification follows within an hour.
    package func shareRecoveries() async throws {
        while let change = recoveries.take() {
            let started = clock.now()
            while try await shareRecovery(change, at: started) {}
        }
    }

    /// Changes nothing if the registry or the login does not work any longer.
    ///
    /// - Returns: whether there may be more such repositories.
    private func shareRecovery(_ change: VerificationChange, at now: Date) async throws -> Bool {
        try await store.write(with: ServerGrant.background) { [schedule] writer in
            let repository = change.after
            guard let current = try writer.repository(repository.name, in: repository.namespace), current.isSameVersion(as: repository),
                current.verification.state == repository.verification.state
            else { return false }
            let others = try writer.repositories(endingWith: change, limit: Self.shareLimit)
            for var other in others {
                guard let resumed = other.verification.resumed(at: now, on: other.name.authority) else { continue }
                other.verification = schedule.resume(resumed, now: now)
                try writer.update(other)
                try writer.record(background(other, started: now))
            }
            return others.count == Self.shareLimit
        }
    }
}

extension Verification {
    /// The state that is valid again after the registry was unreachable or refused the login.
    var resumableState: State? { [.verified, .absent].contains(state) ? state : stateBefore }

    /// The verification with the earlier state. Only a registry that accepts the login ends a rejection.
    fileprivate func resumed(at date: Date, on registry: RegistryAuthority) -> Verification? {
        guard let stateBefore else { return nil }
        return Verification(
            state: stateBefore, reason: stateBefore == .absent ? Self.absence(at: registry) : nil, granted: granted, checked: date,
            isAccepted: isAccepted || state == .rejected)
    }
}

extension VerificationChange {
    /// Whether a registry responds again, or accepts a login again, which applies to other repositories as well.
    fileprivate var endsSharedVerdict: Bool {
        switch before.state {
        case .unreachable: after.verification.state != .unreachable
        case .rejected: [.verified, .absent].contains(after.verification.state) && after.credential != nil
        case .verified, .absent, .unverified: false
        }
    }
}

extension StoreWriter {
    /// The repositories to which the end of a shared verdict applies.
    fileprivate func repositories(endingWith change: VerificationChange, limit: Int) throws -> [Repository] {
        if change.before.state == .unreachable { return try repositories(unreachableOn: change.after.name.authority, limit: limit) }
        return try change.after.credential.map { try repositories(rejectedWithLoginOf: $0.id, limit: limit) } ?? []
    }

    /// Makes other repositories due when their registry responds or accepts their login again.
    func makeOthersDue(after change: VerificationChange, at now: Date) throws {
        guard change.endsSharedVerdict else { return }
        let repository = change.after
        if change.before.state == .unreachable {
            try makeDue(unreachableOn: repository.name.authority, at: now, limit: 500)
        } else if let credential = repository.credential {
            try makeDue(rejectedWithLoginOf: credential.id, at: now, limit: 500)
        }
    }
}

/// The registries that were unreachable in a background check, and when they are retried. Until then their other repositories share that
/// verdict, so that a registry is requested once and not once for each repository.
///
/// They are held in memory only: after a restart each registry is requested again.
final class UnreachableRegistries: Sendable {
    struct Entry: Sendable {
        let response: RegistryResponse
        /// The number of consecutive checks that found the registry unreachable.
        let count: Int
        /// When the registry is retried.
        let end: Date

        func covers(_ date: Date) -> Bool { response.date <= date && date < end }
    }

    private let entries = Mutex<[RegistryAuthority: Entry]>([:])
    private static let capacity = 10_000

    subscript(_ registry: RegistryAuthority) -> Entry? { entries.withLock { $0[registry] } }

    func note(_ entry: Entry, of registry: RegistryAuthority) {
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries = entries.filter { $0.value.covers(entry.response.date) } }
            entries[registry] = entry
        }
    }

    /// Removes a registry that has responded.
    func end(_ registry: RegistryAuthority) {
        entries.withLock { $0[registry] = nil }
    }
}

/// The ends of shared verdicts that are to be applied to other repositories. They are held in memory only: after a restart, a repository
/// that is due ends the verdict again.
final class Recoveries: Sendable {
    private let waiting = Mutex<[VerificationChange]>([])
    private static let capacity = 1000

    func add(_ change: VerificationChange) {
        waiting.withLock { if $0.count < Self.capacity { $0.append(change) } }
    }

    func take() -> VerificationChange? {
        waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
