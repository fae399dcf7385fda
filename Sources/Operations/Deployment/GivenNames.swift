import Domain
import FoundationEssentials
import Naming
import Storage
import Synchronization

/// The names of namespaces that were ever given, as the revocation journal has them. A name is given once, even if its rows were removed from
/// the database: its new owner would own the former rows when they are put back.
final class GivenNames: Sendable {
    private let names: Mutex<Set<NamespaceName>>
    private let journal: any RevocationJournal
    private let deployment: UUID

    init(_ names: Set<NamespaceName>, of deployment: UUID, in journal: any RevocationJournal) {
        self.names = Mutex(names)
        self.deployment = deployment
        self.journal = journal
    }

    /// Throws ``StoreError/duplicate`` if the name was given.
    func check(_ name: NamespaceName) throws(StoreError) {
        guard !names.withLock({ $0.contains(name) }) else { throw .duplicate }
    }

    /// Returns when the name is in the journal. The name stays taken if the transaction fails afterwards.
    func give(_ name: NamespaceName, at date: Date) throws {
        try check(name)
        try journal.append([.name(name, deployment: deployment, date)])
        names.withLock { _ = $0.insert(name) }
    }
}
