import Domain
import FoundationEssentials
package import NIOCore
import Naming

/// A registry's error response, reduced to the parts that clients may see.
package struct UpstreamErrorResponse: Hashable, Sendable {
    /// One of the specification's codes, or `UNKNOWN`.
    package let code: String
    /// The code as the registry wrote it; nil if there is none.
    let registryCode: String?
    /// For users; printable ASCII, without any part of the credential.
    package let sentence: String

    /// In bytes; enough for every error document.
    package static let bodyLimit = 64 << 10

    private static let codes: Set<String> = [
        "BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID",
        "MANIFEST_UNKNOWN", "NAME_INVALID", "NAME_UNKNOWN", "SIZE_INVALID", "UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS",
        "RANGE_INVALID", "TAG_INVALID",
    ]

    /// - Parameter body: nil if there is none, or if it did not arrive in time.
    package init(_ response: UpstreamResponse, body: ByteBuffer?, of repository: UpstreamRepository) {
        self.init(response, bytes: body.map { Array($0.readableBytesView) } ?? [], of: repository)
    }

    init(_ response: UpstreamResponse, bytes: [UInt8], of repository: UpstreamRepository) {
        let error = RegistryErrorBody(bytes)
        code = error.flatMap { Self.codes.contains($0.code) ? $0.code : nil } ?? "UNKNOWN"
        registryCode = error?.code
        let host = response.redirectHost.map { "\($0.name(hiding: repository.secrets)), where it redirects to," } ?? "it"
        sentence = "\(host) answered \(response.status)" + (error.map { ", \($0.sentence(hiding: repository.secrets))" } ?? "")
    }
}

extension RegistryAuthority {
    /// The host and port, for users. A host name must not carry a secret into a message.
    func name(hiding secrets: SecretsInUse) -> String { secrets.areRepeated(in: description) ? "another host" : description }
}

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

    /// A sentence for users: `UNAUTHORIZED: authentication required`. The text is not trusted: only printable ASCII, at most 200
    /// characters, and none of it if it repeats a secret.
    func sentence(hiding secrets: SecretsInUse) -> String {
        let text = String((message.isEmpty ? code : "\(code): \(message)").unicodeScalars.prefix(Self.readLimit))
        let printable = String(String.UnicodeScalarView(text.unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }))
        if secrets.areRepeated(in: text) || printable != text && secrets.areRepeated(in: printable) {
            return "the registry's message repeats the credential"
        }
        return String(printable.prefix(200))
    }

    /// In characters. A secret that begins in the part that is shown must not be cut off before it is detected.
    private static let readLimit = 8 << 10
}
