import Domain
import FoundationEssentials
import Naming
import Operations
import Wire

/// The text format of the revocation journal.
enum RevocationLine {
    /// Ends a line that a crash cut off, once the next entry follows it.
    static let cutMark = " # cut off"
    private static let end = " ."

    /// A line that is neither an entry nor a comment.
    struct Invalid: Error {
        /// The number of the line, beginning with 1.
        let number: Int
        let text: String
    }

    /// The entries of a file. Editors may change line breaks, the blanks at the ends of lines, and the end of the file: that is no error. A
    /// line that a crash cut off was never acknowledged and is skipped.
    ///
    /// - Returns: the entries, and the number of the last line if it is cut off; nil otherwise.
    static func entries(of text: String) throws(Invalid) -> (entries: [RevocationEntry], cutLine: Int?) {
        var (entries, cutLine): ([RevocationEntry], Int?) = ([], nil)
        // Some editors begin a file with a byte order mark.
        let bytes = Array((text.hasPrefix(byteOrderMark) ? text.dropFirst(byteOrderMark.count) : Substring(text)).utf8)
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let line = trimmed(bytes)
            // In a file without line feeds, the comment at its beginning would hide all entries.
            let isOneLine = !line.utf8.contains(carriageReturn)
            if isOneLine, line.isEmpty || line.hasPrefix("#") { continue }
            let isMarked = line.hasSuffix(cutMark)
            if isOneLine, let entry = entry(isMarked ? line.dropLast(cutMark.count) : line[...]) {
                entries.append(entry)
            } else if isOneLine, index == lines.count - 1 {
                cutLine = index + 1
            } else if !isOneLine || !isMarked {
                throw Invalid(number: index + 1, text: line)
            }
        }
        return (entries, cutLine)
    }

    private static let byteOrderMark = "\u{FEFF}"
    private static let blanks: Set<UInt8> = [UInt8(ascii: " "), UInt8(ascii: "\t"), carriageReturn]
    private static let carriageReturn = UInt8(ascii: "\r")

    /// The line without blanks at its ends.
    private static func trimmed(_ line: ArraySlice<UInt8>) -> String {
        let rest = line.drop { blanks.contains($0) }
        let end = rest.lastIndex { !blanks.contains($0) }
        return String(decoding: end.map { rest[...$0] } ?? [], as: UTF8.self)
    }

    /// An entry without a line break.
    static func text(of entry: RevocationEntry) -> String {
        let (date, words) =
            switch entry {
            case .revoked(let id, let date): (date, "key \(id) revoked")
            case .expires(let id, let date): (date, "key \(id) expires")
            case .disabled(let name, let id, let date): (date, "account \(Self.account(name, id)) disabled")
            case .enabled(let name, let id, let date): (date, "account \(Self.account(name, id)) enabled")
            case .signedRows(let id, let date): (date, "rows \(id.uuidString.lowercased()) signed")
            case .secret(let id, let fingerprint, let date): (date, "secret \(id.uuidString.lowercased()):\(fingerprint) current")
            case .name(let name, let id, let date): (date, "name \(id.uuidString.lowercased()):\(name) given")
            case .names(let id, let date): (date, "names \(id.uuidString.lowercased()) listed")
            }
        return "\(LogTime.text(of: date)) \(words)\(end)"
    }

    private static func entry(_ line: Substring) -> RevocationEntry? {
        let words = line.split(separator: " ").map { String($0) }
        guard words.count == 5, line.hasSuffix(end), let date = WireCoding.timestamp(words[0]) else { return nil }
        switch (words[1], words[3]) {
        case ("key", "revoked"): return .revoked(words[2], date)
        case ("key", "expires"): return .expires(words[2], date)
        case ("account", "disabled"): return account(words[2]).map { .disabled($0, id: $1, date) }
        case ("account", "enabled"): return account(words[2]).map { .enabled($0, id: $1, date) }
        case ("rows", "signed"): return UUID(uuidString: words[2]).map { .signedRows($0, date) }
        case ("secret", "current"): return pair(words[2]).map { .secret(deployment: $0, fingerprint: $1, date) }
        case ("name", "given"):
            return pair(words[2]).flatMap { id, text in
                (try? NamespaceName(parsing: text)).map { .name($0, deployment: id, date) }
            }
        case ("names", "listed"): return UUID(uuidString: words[2]).map { .names(deployment: $0, date) }
        default: return nil
        }
    }

    /// `6f1c…:acme`
    private static func pair(_ text: String) -> (UUID, String)? {
        let parts = text.split(separator: ":").map { String($0) }
        guard parts.count == 2, let id = UUID(uuidString: parts[0]) else { return nil }
        return (id, parts[1])
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
