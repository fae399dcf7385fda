import Domain
import FoundationEssentials
import Naming
import RegistryClient
import Storage

/// Ends shared verdicts: the registry responds, or accepts the login, again.
extension Backend {
    /// The shared verdicts that the verification of a registration or an update ends.
    func recoveries(shownBy verified: VerifiedCredential, of repository: Repository) -> [Recovery] {
        guard let outcome = verified.finding.outcome, outcome.isServed else { return [] }
        var extents: [Recovery.Extent] = unreachableRegistries[repository.name.authority] == nil ? [] : [.registry]
        if repository.credential != nil, outcome.isLoginAccepted { extents.append(.login) }
        return extents.map { Recovery(extent: $0, repository: repository) }
    }

    /// Queues the ends of shared verdicts for ``shareRecoveries()``.
    func note(_ ended: [Recovery]) {
        for recovery in ended {
            if recovery.extent == .registry { unreachableRegistries.end(recovery.repository.name.authority) }
            recoveries.add(recovery)
        }
    }

    /// Gives other repositories the state again that they had before their registry became unreachable, or refused their login. Their
    /// next verification follows within an hour.
    package func shareRecoveries() async throws {
        while let recovery = recoveries.take() {
            let others = try await store.read(with: ServerGrant.background) { try $0.repositories(endingWith: recovery, limit: 1) }
            guard !others.isEmpty else { continue }
            let started = clock.now()
            while try await share(recovery, at: started) {}
        }
    }

    /// Changes nothing if the registry or the login does not work any longer.
    ///
    /// - Returns: whether there may be more such repositories.
    private func share(_ recovery: Recovery, at now: Date) async throws -> Bool {
        try await store.write(with: ServerGrant.background) { [schedule] writer in
            let repository = recovery.repository
            guard let current = try writer.repository(repository.name, in: repository.namespace), current.isSameVersion(as: repository),
                current.verification.state == repository.verification.state
            else { return false }
            let others = try writer.repositories(endingWith: recovery, limit: Self.shareLimit)
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

extension VerificationOutcome {
    /// Whether the registry responded as one, so that it works for other repositories.
    var isServed: Bool { isReached && failure == nil }

    var isLoginAccepted: Bool {
        switch verdict {
        case .accepted, .absent: isAuthenticated
        case .refused, .denied, .reachable, .inconclusive, .unknownHost, .unsupported, .forbidden, .limited: false
        }
    }
}

extension Verification {
    /// The verification with the earlier state. Only a registry that accepts the login ends a rejection.
    fileprivate func resumed(at date: Date, on registry: RegistryAuthority) -> Verification? {
        guard let stateBefore else { return nil }
        return Verification(
            state: stateBefore, reason: stateBefore == .absent ? Self.absence(at: registry) : nil, granted: granted, checked: date,
            isAccepted: isAccepted || state == .rejected)
    }
}

extension VerificationChange {
    /// The shared verdicts that a change of the stored verification ends.
    var recoveries: [Recovery] {
        switch before.state {
        case .unreachable where after.verification.state != .unreachable: [Recovery(extent: .registry, repository: after)]
        case .rejected where [.verified, .absent].contains(after.verification.state) && after.credential != nil:
            [Recovery(extent: .login, repository: after)]
        case .unreachable, .rejected, .verified, .absent, .unverified: []
        }
    }
}

extension StoreReader {
    /// The repositories to which the end of a shared verdict applies.
    fileprivate func repositories(endingWith recovery: Recovery, limit: Int) throws -> [Repository] {
        switch recovery.extent {
        case .registry: try repositories(unreachableOn: recovery.repository.name.authority, limit: limit)
        case .login: try recovery.repository.credential.map { try repositories(rejectedWithLoginOf: $0.id, limit: limit) } ?? []
        }
    }
}

extension StoreWriter {
    /// Makes other repositories due when their registry responds or accepts their login again.
    func makeOthersDue(after ended: [Recovery], at now: Date) throws {
        for recovery in ended {
            switch recovery.extent {
            case .registry: try makeDue(unreachableOn: recovery.repository.name.authority, at: now, limit: 500)
            case .login:
                guard let credential = recovery.repository.credential else { continue }
                try makeDue(rejectedWithLoginOf: credential.id, at: now, limit: 500)
            }
        }
    }
}
