import Domain
import FoundationEssentials

/// What a registry says of a refusal (https://github.com/opencontainers/distribution-spec, section "Error Codes").
struct RegistryErrorBody: Hashable, Sendable {
    let code: String
    let message: String

    init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// The first error of the document; nil for anything else than such a document.
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

    /// A sentence for people: `UNAUTHORIZED: authentication required`. A registry is not trusted to write into our
    /// responses: printable ASCII only, not long, and nothing at all where it repeats what it was sent.
    func sentence(hiding credentials: Credential?...) -> String {
        let text = message.isEmpty ? code : "\(code): \(message)"
        if credentials.compactMap(\.self).contains(where: { CredentialLeakDetector($0).occur(in: text) }) {
            return "the registry's message repeats the credential"
        }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }.prefix(200)))
    }
}
