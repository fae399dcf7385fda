import FoundationEssentials
import Naming
import Operations
import Testing

@Suite("The journal of a restored backup")
struct JournalMergeTests {
    private static func date(_ seconds: Int) -> Date { Date(timeIntervalSince1970: 1_700_000_000 + Double(seconds)) }

    @Test("A journal that has every entry of the backup's journal stays as it is")
    func superset() {
        let old: [RevocationEntry] = [.revoked("a", Self.date(1)), .revoked("b", Self.date(2))]
        let journal = old + [.revoked("c", Self.date(3))]
        #expect(RevocationEntry.merging(old, into: journal) == journal)
        #expect(RevocationEntry.merging(journal, into: []) == journal)
        #expect(RevocationEntry.merging([], into: journal) == journal)
    }

    @Test("An entry of the backup undoes no later entry of the journal")
    func order() throws {
        let name = try AccountName(parsing: "carol")
        let id = UUID()
        let older: [RevocationEntry] = [.disabled(name, id: id, Self.date(1)), .enabled(name, id: id, Self.date(2))]
        let journal: [RevocationEntry] = [.disabled(name, id: id, Self.date(3))]
        let merged = RevocationEntry.merging(older, into: journal)
        #expect(merged == older + journal)
        #expect(Revocations(merged).accounts.count == 1)
    }
}
