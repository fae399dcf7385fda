import Crypto
import FoundationEssentials
import Naming

/// The key-encryption keys of a deployment, newest first. The newest key wraps; all keys unwrap.
package struct KeyRing: Sendable, Redacted {
    package let newest: KeyEncryptionKey
    private let older: [KeyEncryptionKey]

    /// The ring of a new deployment.
    package init(_ key: KeyEncryptionKey) {
        self.init(newest: key, older: [])
    }

    /// Parses a key file: one base64 key per line, newest first; blank lines and lines that start with `#` are skipped.
    package init(parsing text: String) throws(SealingError) {
        var lines: [KeyID: Int] = [:]
        var keys: [KeyEncryptionKey] = []
        // Splits bytes, because `\r\n` is one Character and would not be split at "\n".
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

    /// A ring that wraps with `key` and still unwraps with all keys of this ring.
    package func rotated(to key: KeyEncryptionKey) -> KeyRing {
        KeyRing(newest: key, older: all.filter { $0.id != key.id })
    }

    package subscript(id: KeyID) -> KeyEncryptionKey? { all.first { $0.id == id } }

    /// Newest first.
    package var ids: [KeyID] { all.map(\.id) }

    /// The contents of a key file. The keys are in clear text, so it must only be written to a file that is private to the owner.
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

/// A key of the operator, 32 random bytes that are stored outside the database.
///
/// It never encrypts anything itself: the wrapping key and the key id are derived from it.
package struct KeyEncryptionKey: Sendable, Redacted {
    package let id: KeyID
    let wrappingKey: SymmetricKey
    private let key: SymmetricKey

    package static func generate() -> KeyEncryptionKey { KeyEncryptionKey(key: .random()) }

    /// Parses one line of a key file; nil unless it is the canonical base64 of exactly 32 bytes.
    package init?(base64 line: some StringProtocol) {
        guard let data = Data(base64Encoded: String(line)), data.count == SymmetricKey.length else { return nil }
        self.init(key: SymmetricKey(data: data))
        // A decoder ignores the unused bits of the last character, so one key would have several encodings.
        guard revealedLine().utf8.elementsEqual(line.utf8) else { return nil }
    }

    private init(key: SymmetricKey) {
        self.key = key
        id = KeyID(key.derived(for: "lighterman/kek/id/1", length: KeyID.length).bytes)
        wrappingKey = key.derived(for: "lighterman/kek/wrap/1")
    }

    /// The line for a key file.
    func revealedLine() -> String { Data(key.bytes).base64EncodedString() }

    package var description: String { "KeyEncryptionKey(\(id))" }
}
