package import Domain
package import FoundationEssentials
package import Naming
import Storage

/// An entry of the revocation journal.
package enum RevocationEntry: Hashable, Sendable {
    case revoked(APIKey.ID, Date)
    /// A renewed key expires at that time.
    case expires(APIKey.ID, Date)
    /// - Parameter id: nil in entries of versions that did not write it.
    case disabled(AccountName, id: Account.ID?, Date)
    case enabled(AccountName, id: Account.ID?, Date)
    /// The rows of a deployment were signed: an older deployment row is no longer accepted.
    case signedRows(UUID, Date)
    /// The secret of a deployment, by its fingerprint: earlier secrets are no longer accepted.
    case secret(deployment: UUID, fingerprint: String, Date)
    /// The name was given to a user or an organization, and is not given again.
    case name(NamespaceName, deployment: UUID, Date)
    /// From here on, the journal has every name of the deployment.
    case names(deployment: UUID, Date)

    var date: Date {
        switch self {
        case .revoked(_, let date), .expires(_, let date), .disabled(_, _, let date), .enabled(_, _, let date), .signedRows(_, let date),
            .secret(_, _, let date), .name(_, _, let date), .names(_, let date):
            date
        }
    }
}

/// Stores revocations and names outside the database, so that neither an older copy of the data nor a change of the database undoes them.
package protocol RevocationJournal: Sendable {
    /// Returns when the entries are on disk.
    func append(_ entries: [RevocationEntry]) throws
    func entries() throws -> [RevocationEntry]
}

extension RevocationJournal {
    /// The contents of the journal; nil without a journal.
    package func revocations() throws -> Revocations? { self is NoRevocationJournal ? nil : Revocations(try entries()) }
}

/// For stores without a journal.
package struct NoRevocationJournal: RevocationJournal {
    package init() {}
    package func append(_ entries: [RevocationEntry]) {}
    package func entries() -> [RevocationEntry] { [] }
}

/// The revocations that result from all entries of a journal.
package struct Revocations: Sendable {
    /// An account as the journal identifies it.
    package struct Holder: Hashable, Sendable {
        package let name: AccountName
        package let id: Account.ID?

        /// Whether this is the account, and not a later account of the same name.
        ///
        /// - Parameter date: the time at which it was disabled.
        func matches(_ account: Account, disabledAt date: Date) -> Bool {
            account.name == name && (id.map { $0 == account.id } ?? (account.created <= date))
        }
    }

    package private(set) var keys: [APIKey.ID: Date] = [:]
    package private(set) var expiries: [APIKey.ID: Date] = [:]
    package private(set) var accounts: [Holder: Date] = [:]
    private var enabledAccounts: Set<Holder> = []
    package private(set) var deploymentsWithSignedRows: Set<UUID> = []
    /// The fingerprints of each deployment's secrets. The last one is valid.
    package private(set) var secrets: [UUID: [String]] = [:]
    private var names: [UUID: Set<NamespaceName>] = [:]
    private var deploymentsWithNames: Set<UUID> = []

    package init(_ entries: [RevocationEntry]) {
        for entry in entries {
            switch entry {
            case .revoked(let id, let date): keys[id] = min(keys[id] ?? date, date)
            case .expires(let id, let date): expiries[id] = min(expiries[id] ?? date, date)
            case .disabled(let name, let id, let date): accounts[Holder(name: name, id: id)] = date
            case .enabled(let name, let id, _):
                enabledAccounts.insert(Holder(name: name, id: id))
                accounts[Holder(name: name, id: id)] = nil
                accounts[Holder(name: name, id: nil)] = nil
            case .signedRows(let id, _): deploymentsWithSignedRows.insert(id)
            case .secret(let deployment, let fingerprint, _):
                secrets[deployment, default: []].removeAll { $0 == fingerprint }
                secrets[deployment, default: []].append(fingerprint)
            case .name(let name, let deployment, _): names[deployment, default: []].insert(name)
            case .names(let deployment, _): deploymentsWithNames.insert(deployment)
            }
        }
    }

    /// The names that a deployment has given.
    package func names(of deployment: UUID) -> Set<NamespaceName> { names[deployment] ?? [] }

    /// Whether every name that a deployment gives is in the journal. Versions before did not write names.
    func hasNames(of deployment: UUID) -> Bool { deploymentsWithNames.contains(deployment) }

    func isDisabled(_ account: Account) -> Bool { accounts.contains { $0.key.matches(account, disabledAt: $0.value) } }

    /// Whether the account was disabled and then enabled again. An older copy of the data may still have it disabled.
    func isEnabled(_ account: Account) -> Bool {
        [account.id, nil].contains { enabledAccounts.contains(Holder(name: account.name, id: $0)) } && !isDisabled(account)
    }

    /// Whether the secret of a deployment was replaced by another one.
    package func wasReplaced(_ fingerprint: String, of deployment: UUID) -> Bool {
        guard let fingerprints = secrets[deployment], fingerprints.contains(fingerprint) else { return false }
        return fingerprints.last != fingerprint
    }
}
