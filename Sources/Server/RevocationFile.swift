import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import Wire

/// The revocation journal: a file next to the data with one line per entry. A line is synced before it takes effect. The file is never
/// truncated.
struct RevocationFile: RevocationJournal {
    private let path: String

    private static let heading = """
        # Revoked API keys and disabled accounts. The server applies them at every start, also to older data that was restored.
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
            if let failure = try file().append(entries.map(Self.line)).failure { throw failure }
        } catch {
            throw StoreError.unavailable(error.description)
        }
    }

    private func file() throws(StartError) -> AppendedFile {
        if !FileManager.default.fileExists(atPath: path) { try DurableFile.write(Self.heading, to: path) }
        return try AppendedFile(path, named: "the revocation journal")
    }

    /// Parses the entries. Skips a line that a crash cut off, because it was never acknowledged. Any other invalid line is an error.
    func entries() throws -> [RevocationEntry] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let lines = try file().contents().split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.enumerated().compactMap { index, line in
            if line.isEmpty || line.hasPrefix("#") { return nil }
            guard let entry = Self.entry(line) else {
                // The next entry ended this line.
                guard !Self.isComplete(line) else {
                    throw StartError(.configuration, "line \(index + 1) of the revocation journal '\(path)' is no entry: '\(line)'")
                }
                return nil
            }
            return entry
        }
    }

    private static let end = " ."

    private static func isComplete(_ line: Substring) -> Bool { line.hasSuffix(end) }

    private static func line(_ entry: RevocationEntry) -> String {
        let (date, words) =
            switch entry {
            case .revoked(let id, let date): (date, "key \(id) revoked")
            case .expires(let id, let date): (date, "key \(id) expires")
            case .disabled(let name, let id, let date): (date, "account \(Self.account(name, id)) disabled")
            case .enabled(let name, let id, let date): (date, "account \(Self.account(name, id)) enabled")
            case .signedRows(let id, let date): (date, "rows \(id.uuidString.lowercased()) signed")
            case .secret(let id, let fingerprint, let date): (date, "secret \(id.uuidString.lowercased()):\(fingerprint) current")
            }
        return "\(LogTime.text(of: date)) \(words)\(end)"
    }

    private static func entry(_ line: Substring) -> RevocationEntry? {
        let words = line.split(separator: " ").map { String($0) }
        guard words.count == 5, isComplete(line), let date = WireCoding.timestamp(words[0]) else { return nil }
        switch (words[1], words[3]) {
        case ("key", "revoked"): return .revoked(words[2], date)
        case ("key", "expires"): return .expires(words[2], date)
        case ("account", "disabled"): return account(words[2]).map { .disabled($0, id: $1, date) }
        case ("account", "enabled"): return account(words[2]).map { .enabled($0, id: $1, date) }
        case ("rows", "signed"): return UUID(uuidString: words[2]).map { .signedRows($0, date) }
        case ("secret", "current"):
            let parts = words[2].split(separator: ":")
            guard parts.count == 2, let id = UUID(uuidString: String(parts[0])) else { return nil }
            return .secret(deployment: id, fingerprint: String(parts[1]), date)
        default: return nil
        }
    }

    /// `alice:6f1c…`; without the id in files of earlier versions.
    private static func account(_ name: AccountName, _ id: Account.ID?) -> String {
        "\(name)" + (id.map { ":\($0.uuidString.lowercased())" } ?? "")
    }

    private static func account(_ text: String) -> (AccountName, Account.ID?)? {
        let parts = text.split(separator: ":").map { String($0) }
        guard (1...2).contains(parts.count), let name = try? AccountName(parsing: parts[0]) else { return nil }
        guard parts.count == 2 else { return (name, nil) }
        return UUID(uuidString: parts[1]).map { (name, $0) }
    }
}
