import FoundationEssentials

/// The first error of a registry's error document (https://github.com/opencontainers/distribution-spec, section "Error Codes").
struct RegistryErrorBody: Hashable, Sendable {
    let code: String
    let message: String

    init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// nil if the body is not such a document.
    init?(_ body: [UInt8]) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(body)), let first = document.errors.first else {
            return nil
        }
        self.init(code: first.code, message: first.message ?? "")
    }

    private struct Document: Decodable {
        struct Entry: Decodable {
            let code: String
            let message: String?
        }
        let errors: [Entry]
    }

    /// Code and message, for users: `DENIED: not yours`. The text is not trusted: only printable ASCII, at most 200 characters; nil if it
    /// repeats a secret.
    func text(hiding secrets: SecretsInUse) -> String? {
        let text = String((message.isEmpty ? code : "\(code): \(message)").unicodeScalars.prefix(Self.readLimit))
        let printable = String(String.UnicodeScalarView(text.unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }))
        if secrets.areRepeated(in: text) || printable != text && secrets.areRepeated(in: printable) {
            return nil
        }
        return String(printable.prefix(200))
    }

    /// In characters. A secret that begins in the part that is shown must not be cut off before it is detected.
    private static let readLimit = 8 << 10
}
