import FoundationEssentials
import Operations
import Storage

/// The revocation journal: a file next to the data with one line per entry. A line is synced before it takes effect, and stays:
/// only a restore replaces the file, by one with the same entries and those of the backup.
struct RevocationFile: RevocationJournal {
    let path: String

    private static let heading = """
        # Revoked API keys, disabled accounts and given names. The server applies them at every start, also to older data that was restored.
        # Keep this file when you restore a backup, and do not remove lines.

        """

    init(_ path: String) {
        self.path = path
    }

    /// Creates the file if it does not exist, and checks that only the server can change it. A journal that cannot be written would make every
    /// revocation fail later, and entries of other users could disable accounts.
    func prepare() throws(StartError) {
        do {
            _ = try file()
        } catch {
            throw StartError(.configuration, error.description)
        }
    }

    func append(_ entries: [RevocationEntry]) throws {
        do throws(StartError) {
            if let failure = try file().append(entries.map(RevocationLine.text)).failure { throw failure }
        } catch {
            throw StoreError.unavailable(error.description)
        }
    }

    private func file() throws(StartError) -> AppendedFile {
        if !exists { try DurableFile.write(Self.heading, to: path) }
        return try AppendedFile(path, named: "the revocation journal", markingCutLines: RevocationLine.cutMark)
    }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    func entries() throws -> [RevocationEntry] { try read().entries }

    /// The number of the last line if it is cut off; nil otherwise.
    func cutLine() throws -> Int? { try read().cutLine }

    /// Adds the entries that the file lacks, so that it has exactly these, in this order. It is replaced in one step.
    func replace(with entries: [RevocationEntry]) throws {
        guard try self.entries() != entries else { return }
        try DurableFile.write(Self.heading + entries.map { RevocationLine.text(of: $0) + "\n" }.joined(), to: path)
    }

    /// - Parameter name: the name of the text in sentences.
    static func entries(of text: String, named name: String) throws(StartError) -> [RevocationEntry] {
        do throws(RevocationLine.Invalid) {
            return try RevocationLine.entries(of: text).entries
        } catch {
            throw StartError(.invalidInput, "line \(error.number) of \(name) is not a valid entry: '\(error.text)'")
        }
    }

    /// The text and its entries, without a last line that is cut off or is being written.
    func complete() throws -> (text: String, entries: [RevocationEntry]) {
        guard exists else { return ("", []) }
        var text = try file().contents()
        let (entries, cutLine) = try Self.parsed(text, of: path)
        if cutLine != nil { text = String(text[..<(text.lastIndex { $0.isNewline }.map(text.index(after:)) ?? text.startIndex)]) }
        return (text.isEmpty || text.hasSuffix("\n") ? text : text + "\n", entries)
    }

    private func read() throws -> (entries: [RevocationEntry], cutLine: Int?) {
        guard exists else { return ([], nil) }
        return try Self.parsed(try file().contents(), of: path)
    }

    private static func parsed(_ text: String, of path: String) throws(StartError) -> (entries: [RevocationEntry], cutLine: Int?) {
        do throws(RevocationLine.Invalid) {
            return try RevocationLine.entries(of: text)
        } catch {
            throw StartError(
                .configuration,
                "line \(error.number) of the revocation journal '\(path)' is not a valid entry: '\(error.text)'. Restore the line from a copy of "
                    + "the journal, or, if a crash cut it off, put '#' before it")
        }
    }
}
