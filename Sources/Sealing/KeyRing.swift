/// The key-encryption keys of a deployment, newest first: the newest wraps, any unwraps.
package struct KeyRing: Sendable, Redacted {
    package let newest: KeyEncryptionKey
    private let older: [KeyEncryptionKey]

    /// The ring of a first start.
    package init(_ key: KeyEncryptionKey) {
        self.init(newest: key, older: [])
    }

    /// Reads a key file: one base64 key a line, newest first; blank lines and lines that start with `#` are skipped.
    package init(parsing text: String) throws(SealingError) {
        var lines: [KeyID: Int] = [:]
        var keys: [KeyEncryptionKey] = []
        // On bytes, for `\r\n` is one Character and would not be split at "\n".
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let number = index + 1
            let content = Self.trimmed(line)
            if content.isEmpty || content.hasPrefix("#") { continue }
            guard let key = KeyEncryptionKey(base64: content) else { throw .invalidKeyFile(line: number, reason: .notAKey) }
            if let first = lines.updateValue(number, forKey: key.id) {
                throw .invalidKeyFile(line: number, reason: .repeats(line: first))
            }
            keys.append(key)
        }
        guard let newest = keys.first else { throw .emptyKeyFile }
        self.init(newest: newest, older: Array(keys.dropFirst()))
    }

    private init(newest: KeyEncryptionKey, older: [KeyEncryptionKey]) {
        self.newest = newest
        self.older = older
    }

    /// A ring that wraps with `key` and still unwraps with every key of this one.
    package func rotated(to key: KeyEncryptionKey) -> KeyRing {
        KeyRing(newest: key, older: all.filter { $0.id != key.id })
    }

    package subscript(id: KeyID) -> KeyEncryptionKey? { all.first { $0.id == id } }

    /// Newest first.
    package var ids: [KeyID] { all.map(\.id) }

    /// What a key file holds; every key is readable in it, so it goes to a file nobody else may read and nowhere else.
    package var text: String { all.map { $0.revealedLine() + "\n" }.joined() }

    package var description: String { "KeyRing(\(ids.map(\.description).joined(separator: ", ")))" }

    private var all: [KeyEncryptionKey] { [newest] + older }

    private static func trimmed(_ line: Substring.UTF8View) -> Substring {
        let blanks: Set<UInt8> = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")]
        let start = line.drop { blanks.contains($0) }
        let end = start.lastIndex { !blanks.contains($0) }.map(start.index(after:)) ?? start.startIndex
        return Substring(start[..<end])
    }
}
