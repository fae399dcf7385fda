import Domain
import Foundation
import Naming
import Operations
import TestSupport
import Testing

@testable import Server

@Suite("The lines of the revocation journal")
struct RevocationLineTests {
    private static let date = Date(timeIntervalSince1970: 1_700_000_000)
    private static let entry = RevocationEntry.revoked("4bVn0cQw8ZrT", date)
    private static let line = RevocationLine.text(of: entry)

    @Test("Every entry is read as it was written")
    func everyEntry() throws {
        let (id, name) = (UUID(), try AccountName(parsing: "carol"))
        let entries: [RevocationEntry] = [
            Self.entry, .expires("4bVn0cQw8ZrT", Self.date), .disabled(name, id: id, Self.date), .disabled(name, id: nil, Self.date),
            .enabled(name, id: id, Self.date), .signedRows(id, Self.date),
            .secret(deployment: id, fingerprint: "0123456789abcdef", Self.date),
            .name(try NamespaceName(parsing: "acme"), deployment: id, Self.date), .names(deployment: id, Self.date),
        ]
        let text = entries.map { RevocationLine.text(of: $0) + "\n" }.joined()
        #expect(try RevocationLine.entries(of: text).entries == entries)
    }

    @Test(
        "Changed line breaks, blanks at the ends of lines, a byte order mark and a missing last line break lose no entry",
        arguments: [
            "# heading\n\(line)\n", "# heading\r\n\(line)\r\n", "# heading\n\(line) \n", "# heading\n\(line)\t \r\n",
            "# heading\n  \(line)\n",
            "\u{FEFF}# heading\n\(line)\n", "\u{FEFF}\(line)\n", "# heading\n\(line)", "# heading\r\n\r\n\(line)\r\n \r\n",
            "\(line) # cut off\n",
        ])
    func harmless(_ text: String) throws {
        let read = try RevocationLine.entries(of: text)
        #expect(read.entries == [Self.entry] && read.cutLine == nil)
    }

    @Test(
        "Any other line is an error with its number",
        arguments: [
            ("# heading\nnonsense .\n", 2), ("\(line)\n\n2026-11-24T06:10:02Z key 4bVn0cQw8ZrT given .\n", 3),
            ("yesterday key 4bVn0cQw8ZrT revoked .\n", 1), ("\(line)\n\(line.dropLast())\n", 2), ("\(line.dropLast(2))\n\(line)\n", 1),
            ("\(line)\(line)\n", 1), ("# heading\r\(line)\r", 1), ("# heading\r\(line)\r\n", 1), ("\(line),\n", 1),
            ("\u{FFFD}\u{FFFD}#\n\(line)\n", 1), ("\(line)\n2026-11-24T06:10:02Z name acme given .\n", 2),
        ])
    func invalid(_ text: String, _ number: Int) {
        let error = #expect(throws: RevocationLine.Invalid.self) { try RevocationLine.entries(of: text) }
        #expect(error?.number == number)
    }

    @Test("A last line that a crash cut off is skipped, also after the next entry, and so is no entry that lacks only the line break")
    func cutOff() throws {
        let folder = try TemporaryDirectory()
        let next = RevocationEntry.revoked("aaaaaaaaaaaa", Self.date)
        let file = RevocationFile(folder.path(of: "journal"))
        #expect(try file.entries() == [])
        try file.append([next])
        let whole = try String(contentsOfFile: folder.path(of: "journal"), encoding: .utf8)
        for length in 1...Self.line.count {
            let path = try folder.write(whole + Self.line.prefix(length), to: "cut")
            let cut = RevocationFile(path)
            let read = length == Self.line.count ? [next, Self.entry] : [next]
            #expect(try cut.entries() == read, "\(length)")
            #expect(try cut.cutLine() == (length == Self.line.count ? nil : 4), "\(length)")
            try cut.append([next])
            #expect(try cut.entries() == read + [next], "\(length)")
            #expect(try cut.cutLine() == nil)
            try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test("The error of a damaged line has the line's number, the path and the correction")
    func sentence() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("# heading\n\(Self.line)!\n", to: "journal")
        let error = #expect(throws: StartError.self) { try RevocationFile(path).entries() }
        #expect(error?.kind == .configuration && error?.description.hasPrefix("line 2 of the revocation journal '\(path)'") == true)
    }
}
