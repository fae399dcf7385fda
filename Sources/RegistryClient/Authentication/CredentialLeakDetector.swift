import Domain
import FoundationEssentials

/// Detects a credential in text from a registry, in the encodings that software commonly uses: plain, as in Basic authentication, base64,
/// hexadecimal, escaped for a URL or for JSON.
struct CredentialLeakDetector {
    private let secrets: [String]
    private let spellings: Set<String>

    /// Shorter texts occur in many messages by chance.
    private static let minimumLength = 4

    init(_ credential: Credential) {
        let parts = [credential.username.revealed(), credential.password.revealed()].filter { !$0.isEmpty }
        secrets = parts.filter { $0.utf8.count >= Self.minimumLength }
        spellings = Set((parts.flatMap(Self.spellings) + [Self.base64(parts.joined(separator: ":"))]).map(Self.folded))
            .filter { $0.utf8.count >= Self.minimumLength }
    }

    func detectsLeak(in text: String) -> Bool {
        let folded = Self.folded(text)
        return secrets.contains { text.contains($0) } || spellings.contains { folded.contains($0) }
    }

    private static func spellings(of secret: String) -> [String] {
        [secret, base64(secret), secret.utf8.map(hexadecimal).joined(), urlEscaped(secret), jsonEscaped(secret)]
    }

    /// Letters and digits only, in lower case: differences in case, in separators and in the base64 alphabet do not hide a credential.
    private static func folded(_ text: String) -> String {
        String(String.UnicodeScalarView(text.lowercased().unicodeScalars.filter { isAlphanumeric(UInt8(exactly: $0.value) ?? 0) }))
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    private static func urlEscaped(_ secret: String) -> String {
        secret.utf8.map { isAlphanumeric($0) || "-._~".utf8.contains($0) ? String(UnicodeScalar($0)) : hexadecimal($0) }.joined()
    }

    private static func jsonEscaped(_ secret: String) -> String {
        secret.utf16.map { unit in
            if let scalar = UnicodeScalar(unit), scalar.isASCII { return String(scalar) }
            return "u" + [UInt8(unit >> 8), UInt8(unit & 0xFF)].map(hexadecimal).joined()
        }.joined()
    }
}
