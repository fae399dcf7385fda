import Crypto
import FoundationEssentials

/// The operator's key, 32 random bytes that live outside the database.
///
/// It never encrypts anything itself: what wraps data keys, and the id that tells keys apart, are derived from it.
package struct KeyEncryptionKey: Sendable, Redacted {
    package let id: KeyID
    let wrappingKey: SymmetricKey
    private let key: SymmetricKey

    package static func generate() -> KeyEncryptionKey { KeyEncryptionKey(key: .random()) }

    /// Reads one line of a key file; nil unless it is the canonical base64 of exactly 32 bytes.
    package init?(base64 line: some StringProtocol) {
        guard let data = Data(base64Encoded: String(line)), data.count == SymmetricKey.length else { return nil }
        self.init(key: SymmetricKey(data: data))
        // A decoder ignores the last character's unused bits: one key would have several spellings.
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
