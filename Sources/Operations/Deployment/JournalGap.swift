import Domain
import FoundationEssentials
import Naming
import Storage

/// The error of a journal that lacks entries that it must have had.
package struct LostEntries: Error, Hashable, Sendable {
    package let count: Int
    /// The subject of one of them, such as `key abcdefghijkl`.
    package let example: String
}

/// The entries that a journal lacks, compared with the contents of the database.
struct JournalGap {
    let entries: [RevocationEntry]
    /// nil if the journal never had to have these entries.
    let lost: LostEntries?

    /// - Parameters:
    ///   - expiries: the expiries of further keys, for a journal that was lost.
    ///   - fingerprint: the fingerprint of the deployment's secret.
    init(
        of journaled: Revocations, comparedWith stored: StoredRevocations, and expiries: [APIKey.ID: Date] = [:], of deployment: UUID,
        secret fingerprint: String, at now: Date
    ) {
        let revoked = stored.revokedKeys.merging(stored.removedKeys.map { ($0, now) }) { date, _ in date }
        let keys = revoked.filter { journaled.keys[$0.key] == nil }.sorted { $0.key < $1.key }
        let ends = stored.renewedKeys.merging(expiries) { date, _ in date }.filter {
            journaled.keys[$0.key] == nil && journaled.expiries[$0.key] == nil
        }.sorted { $0.key < $1.key }
        let accounts = stored.disabledAccounts.filter { !journaled.isDisabled($0) }
        let names = stored.names.subtracting(journaled.names(of: deployment)).sorted()

        var entries: [RevocationEntry] = []
        let isNew = !journaled.deploymentsWithSignedRows.contains(deployment)
        if isNew { entries.append(.signedRows(deployment, now)) }
        if !(journaled.secrets[deployment]?.contains(fingerprint) ?? false) {
            entries.append(.secret(deployment: deployment, fingerprint: fingerprint, now))
        }
        entries += keys.map { .revoked($0.key, $0.value) }
        entries += ends.map { .expires($0.key, $0.value) }
        entries += accounts.map { .disabled($0.name, id: $0.id, now) }
        entries += names.map { .name($0, deployment: deployment, now) }
        let hasNames = journaled.hasNames(of: deployment)
        if !hasNames { entries.append(.names(deployment: deployment, now)) }
        self.entries = entries

        var lost = keys.map { "key \($0.key)" } + accounts.filter { !journaled.isEnabled($0) }.map { "account \($0.name)" }
        // Earlier versions wrote neither names nor the ends of renewed keys.
        if hasNames { lost += ends.map { "key \($0.key)" } + names.map { "name \($0)" } }
        self.lost = isNew ? nil : lost.first.map { LostEntries(count: lost.count, example: $0) }
    }
}
