import Domain
package import NIOCore
import Naming

/// A registry's refusal, reduced to what clients may see.
package struct UpstreamErrorResponse: Hashable, Sendable {
    /// One of the specification's codes, or `UNKNOWN`.
    package let code: String
    /// The code as the registry wrote it; nil if there is none.
    let registryCode: String?
    /// For people; printable ASCII, and without anything of the credential.
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
        let token = response.token.map { Credential(username: Secret(""), password: $0.value.secret) }
        code = error.flatMap { Self.codes.contains($0.code) ? $0.code : nil } ?? "UNKNOWN"
        registryCode = error?.code
        let host = response.redirectHost.map { "\($0.name(hiding: repository.credential)), where it redirects to," } ?? "it"
        sentence = "\(host) answered \(response.status)" + (error.map { ", \($0.sentence(hiding: repository.credential, token))" } ?? "")
    }
}

extension RegistryAuthority {
    /// The host and port, for people. A registry that knows the credential must not get it into a message by the name of a host.
    func name(hiding credential: Credential?) -> String {
        credential.map { CredentialLeakDetector($0).occur(in: description) } ?? false ? "another host" : description
    }
}
